// What clients are told is what holds: an instant at a whole second is told as that second, however long the answer took;
// a banned client has nothing left; of an origin's own fields there are all or none; and what an operator forgets stays
// forgotten.

import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import { newAddress, type Reply, send } from "../support/client.ts";
import { toFields, type Fields } from "../support/fields.ts";
import { until } from "../support/until.ts";
import { startStand } from "../support/stand.ts";
import { lastMemberOf } from "../support/structured-fields.ts";

const WINDOW_SECONDS = 10;
const window = `${WINDOW_SECONDS}s`;
const DAY_SECONDS = 86_400;
const fixed = { algorithm: "fixed-window", limit: 3, window, key: "ip" };
const banned = {
  algorithm: "fixed-window",
  limit: 3,
  window: "200ms",
  key: "ip",
  ban: { after: 2, for: ["1h"] },
};

const { origin, gateway } = await startStand(
  {
    policies: {
      exact: { ...fixed, consistency: "exact" },
      leased: { ...fixed, limit: 1_000, window: "60s" },
      day: { algorithm: "quota", limit: 3, period: "day", key: "ip" },
      wide: { algorithm: "fixed-window", limit: 1_000, window, key: "ip", consistency: "exact" },
      banned,
      hammered: {
        ...fixed,
        align: "first-request",
        window: "1h",
        limit: 1,
        ban: { after: 20, window: "1h", for: ["1h"] },
      },
    },
    headers: { shadow: true },
    routes: ["exact", "leased", "day", "wide", "banned", "hammered"].map((name) => ({
      path: `/${name}/*`,
      policies: [name],
    })),
  },
  { vars: { ADMIN_TOKEN } },
);

const resetOf = (reply: Reply): number => Number(reply.field("X-RateLimit-Reset"));
const secondsOf = (reply: Reply): unknown => lastMemberOf(reply, "RateLimit")?.parameters["t"];

/**
 * The second at which the window that a request fell into ends; undefined where it may have been either of two. A lease's
 * window may end later for its isolate than for its counter, by as long as their call took: no longer than from the first
 * request, which waits for one, to this one.
 */
function toEnd(
  { sentAtMs, answeredAtMs }: Reply,
  firstSentAtMs: number,
  windowSeconds: number,
): number | undefined {
  const [first, last] = [Math.min(firstSentAtMs, sentAtMs), answeredAtMs].map(
    (ms) => Math.floor(ms / 1_000 / windowSeconds) + 1,
  );
  return first === last && first !== undefined ? first * windowSeconds : undefined;
}

/** Asks so many times, at moments of every fraction of a second, and compares with the window's end. */
async function expectEnds(path: string, windowSeconds: number, count: number): Promise<readonly Reply[]> {
  const ip = newAddress();
  const replies: Reply[] = [];
  for (let time = 0; time < count; time += 1) {
    const reply = await send(gateway, path, { ip });
    replies.push(reply);
    const end = toEnd(reply, replies[0]?.sentAtMs ?? reply.sentAtMs, windowSeconds);
    if (end !== undefined) expect([time, reply.status, resetOf(reply)]).toEqual([time, reply.status, end]);
    await wait(37);
  }
  return replies;
}

describe.concurrent("an instant at a whole second", () => {
  it("is told as that second: allowed, denied by the counter, and denied by what is remembered", async () => {
    const replies = await expectEnds("/exact/x", WINDOW_SECONDS, 20);
    expect(replies.filter(({ status }) => status === 429).length).toBeGreaterThan(10);
  });

  it("where a lease decides", async () => {
    await expectEnds("/leased/x", 60, 40);
  });

  it("where a calendar does", async () => {
    await expectEnds("/day/x", DAY_SECONDS, 10);
  });

  it("and what is left until then, when the origin has taken its time", async () => {
    origin.serve("/wide/slow", async () => {
      await wait(2_500);
      return { body: "late" };
    });
    const reply = await send(gateway, "/wide/slow", { ip: newAddress() });
    const end = (Math.floor(reply.sentAtMs / 1_000 / WINDOW_SECONDS) + 1) * WINDOW_SECONDS;
    // The request was sent a moment before it was counted.
    expect([end, end + WINDOW_SECONDS]).toContain(resetOf(reply));
    const leftMs = resetOf(reply) * 1_000 - reply.answeredAtMs;
    expect(Math.abs(Number(secondsOf(reply)) - Math.max(0, leftMs) / 1_000)).toBeLessThan(1.2);
  });
});

describe("a banned client", () => {
  it("has nothing left, whatever its counter has", async () => {
    const ip = newAddress();
    let reply = await send(gateway, "/banned/x", { ip });
    for (let time = 0; time < 20; time += 1) reply = await send(gateway, "/banned/x", { ip });
    expect(reply.status).toBe(429);
    await wait(400);
    for (const again of [
      await send(gateway, "/banned/x", { ip }),
      await send(gateway, "/banned/x", { ip }),
    ]) {
      expect([again.status, again.field("X-RateLimit-Remaining")]).toEqual([429, "0"]);
      expect(lastMemberOf(again, "RateLimit")?.parameters["r"]).toBe(0);
      expect(Number(again.field("Retry-After"))).toBeGreaterThan(3_500);
    }
  });
});

describe("an origin's own X-RateLimit fields", () => {
  const THEIRS: Fields = [
    ["X-RateLimit-Limit", "5000"],
    ["X-RateLimit-Remaining", "4999"],
    ["X-RateLimit-Reset", "1372700873"],
    ["X-RateLimit-Used", "1"],
    ["X-RateLimit-Resource", "core"],
  ];
  const legacyOf = ({ fields }: Reply): Readonly<Record<string, string>> =>
    Object.fromEntries(
      toFields(fields.flat())
        .filter(([name]) => /^x-ratelimit-/i.test(name))
        .map(([name, value]) => [name.toLowerCase().slice("x-ratelimit-".length), value]),
    );

  it.each([200, 404, 500])("of a %i are replaced as a whole", async (status) => {
    origin.serve(`/wide/${status}`, { status, fields: THEIRS });
    const told = legacyOf(await send(gateway, `/wide/${status}`, { ip: newAddress() }));
    expect(Object.keys(told).sort()).toEqual(["limit", "remaining", "reset"]);
    expect([told["limit"], told["remaining"]]).toEqual(["1000", "999"]);
  });

  it.each([3, 5])("of a 429 are kept as a whole, with its Retry-After", async (count) => {
    const theirs = THEIRS.slice(0, count);
    const path = `/wide/refused-${count}`;
    origin.serve(path, { status: 429, fields: [...theirs, ["Retry-After", "17"]] });
    const reply = await send(gateway, path, { ip: newAddress() });
    expect(legacyOf(reply)).toEqual(
      Object.fromEntries(
        theirs.map(([name, value]) => [name.toLowerCase().slice("x-ratelimit-".length), value]),
      ),
    );
    expect([reply.status, reply.field("Retry-After")]).toEqual([429, "17"]);
    expect(lastMemberOf(reply, "RateLimit")?.value).toBe("wide");
  });

  it("of another kind stay, and a 429 without any has ours", async () => {
    origin.serve("/wide/tokens", { fields: [["X-RateLimit-Limit-Tokens", "9"]] });
    origin.serve("/wide/bare", { status: 429 });
    const [tokens, bare] = [
      legacyOf(await send(gateway, "/wide/tokens", { ip: newAddress() })),
      legacyOf(await send(gateway, "/wide/bare", { ip: newAddress() })),
    ];
    expect([tokens["limit-tokens"], tokens["remaining"], bare["remaining"]]).toEqual(["9", "999", "999"]);
  });
});

describe("what an operator resets", () => {
  it("stays reset when denials are reported late that were before it", async () => {
    let ip = "";
    const hammer = async (times: number): Promise<readonly number[]> =>
      (await Promise.all(Array.from({ length: times }, () => send(gateway, "/hammered/x", { ip })))).map(
        ({ status }) => status,
      );
    // The isolate remembers a denial for a second: on a busy machine that may be over before all of them are sent.
    await until(
      "none of them to be admitted after the reset",
      async () => {
        ip = newAddress();
        await send(gateway, "/hammered/x", { ip });
        await send(gateway, "/hammered/x", { ip });
        // The isolate denies these by itself, and reports them with its next question.
        await hammer(60);
        const body = { policy: "hammered", key: [ip] };
        await expectStatus(204, askAdmin(gateway, "POST", "/counters/reset", { body }));
        return !(await hammer(60)).includes(200);
      },
      20_000,
    );
    await wait(1_100);
    const reply = await send(gateway, "/hammered/x", { ip });
    expect([reply.status, reply.field("X-RateLimit-Remaining")]).toEqual([200, "0"]);
    expect((await send(gateway, "/hammered/x", { ip })).status).toBe(429);
  });
});
