// Load that is shed before an origin that has more to do than it can: who is refused and how, who is not, and what a dry run
// says. One pool is overloaded by real requests; of the others their health objects hear from another isolate that they are.
// Whether shedding helps is `npm run prove:shedding`. And limits that follow what pools let in.

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LoadView } from "../../../src/core/shedding/load.ts";
import { ADMIN_TOKEN, askAdmin } from "../support/admin.ts";
import { type Reply, type RequestOptions, send } from "../support/client.ts";
import {
  asClient,
  BASE,
  countAdmitted,
  explainFollowing,
  type Following,
  MIN,
} from "../support/following.ts";
import { issueKey } from "../support/keys.ts";
import { readEvents, startPoolStand } from "../support/pool-stand.ts";
import { EASED, toSheddingConfig } from "../support/shedding-config.ts";
import { keepTelling, tellHealth, type Told } from "../support/tell-health.ts";
import { until } from "../support/until.ts";

/** All critical requests, and half of the clients of normal ones. */
const OPEN = 1.5;
const HEARD = ["ranks", "kept", "dry", "late"];
const { origins, gateway } = await startPoolStand(1, toSheddingConfig, { vars: { ADMIN_TOKEN } });
const [origin = expect.fail("an origin was started")] = origins;

/** Another isolate goes by `known`, and tells an object that has just started so. */
const toTold = (pool: string, known: LoadView = { open: OPEN, heavy: [], baseMs: 50 }): Told => ({
  pool,
  known,
  isShadow: pool === "dry",
});

interface Load {
  readonly admitted: Readonly<Record<string, number>>;
  readonly usualMs: number;
}

async function readLoad(pool: string): Promise<Load | undefined> {
  const { items } = (await askAdmin(gateway, "GET", "/origins")).json() as {
    items: { pool: string; load?: Load }[];
  };
  const load = items.find((shown) => shown.pool === pool)?.load;
  return load?.usualMs === 0 ? undefined : load;
}

const isShedding = (pool: string) => async (): Promise<boolean> =>
  ((await readLoad(pool))?.admitted["background"] ?? 1) < 1;
const ask = (path: string, options: RequestOptions = {}): Promise<Reply> => send(gateway, path, options);
const claim = (priority: string): RequestOptions => ({ fields: [["x-priority", priority]] });
const statusOf = async (reply: Promise<Reply>): Promise<number> => (await reply).status;

/** The isolate learns how long an answer takes usually. */
const calmed = until("its usual pace", async () => {
  await Promise.all(Array.from({ length: 12 }, () => ask("/real/quick")));
  return (await readLoad("real"))?.usualMs;
});

const ended = new AbortController();
await Promise.all(HEARD.map((pool) => tellHealth(gateway, toTold(pool))));
const telling = HEARD.map((pool) => keepTelling(gateway, toTold(pool), ended.signal));
afterAll(async () => {
  ended.abort();
  await Promise.all(telling);
});
const first = await Promise.all(["/ranks/x", "/kept/answer", "/dry/x", "/late/x"].map((path) => ask(path)));
const primedMs = Date.now();
await Promise.all(HEARD.map((pool) => until(`${pool} sheds`, isShedding(pool))));

/** These are asked while the other tests go on. */
const late = Promise.all(
  ["late", "plain"].map(async (pool) => {
    origin.serve(`/${pool}/busy`, async () => {
      await sleep(150);
      return { body: "late" };
    });
    const statuses: number[] = [];
    for (let time = 0; time < 4; time += 1) statuses.push(await statusOf(ask(`/${pool}/busy`)));
    return statuses;
  }),
);

/** Nobody reports of it but this isolate, which gets no request any more once it has refused one. */
const quiet = (async () => {
  await tellHealth(gateway, toTold("quiet"));
  await until("quiet refuses", async () => (await statusOf(ask("/quiet/x"))) === 503);
  const isOpen = ({ pool, state }: Record<string, unknown>): boolean => pool === "quiet" && state === "open";
  return await until("quiet is open", () => readEvents(gateway, "origin").some(isOpen));
})();

describe("load shedding", () => {
  it("lets all in until the isolate has heard of it", () => {
    expect(first.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it("refuses by the route's priority, with a 503, its code and a Retry-After that is not the same for all", async () => {
    expect(await statusOf(ask("/ranks/critical"))).toBe(200);
    const refused = await Promise.all(Array.from({ length: 24 }, () => ask("/ranks/background")));
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
    expect(refused[0]?.json()["code"]).toBe("origin-overloaded");
    expect(refused[0]?.field("Proxy-Status")).toBe("headgate; error=connection_limit_reached");
    const waits = new Set(refused.map((reply) => reply.field("Retry-After")));
    expect(waits.size).toBeGreaterThan(1);
    expect([...waits].every((wait) => /^[1-4]$/.test(wait ?? ""))).toBe(true);
    expect(origin.requests("/ranks/background")).toEqual([]);
  });

  it("goes by the tier, and by a header as far as it may", async () => {
    const { text } = await issueKey(gateway, { consumer: "paying", tier: "pro" });
    expect(await statusOf(ask("/ranks/key"))).toBe(503);
    expect(await statusOf(ask("/ranks/key", { fields: [["X-API-Key", text]] }))).toBe(200);
    expect(await statusOf(ask("/ranks/critical", claim("background")))).toBe(503);
    expect(await statusOf(ask("/ranks/critical", claim("critical")))).toBe(200);
    // No higher than normal: as many are served as of normal ones, and not all.
    expect(new Set(await askMany(() => claim("critical")))).toEqual(new Set([200, 503]));
  });

  it("serves a client as a whole, or not at all", async () => {
    const once = await askMany(() => ({}));
    expect(new Set(once)).toEqual(new Set([200, 503]));
    expect(await askMany(() => ({}))).toEqual(once);
  });

  it("leaves the circuit breaker closed for answers that are late, as it is load that makes them so", async () => {
    const [shedding, plain] = await late;
    expect(plain).toEqual([200, 200, 503, 503]);
    expect(shedding).toEqual([200, 200, 200, 200]);
  });

  it("refuses nobody in a dry run, and counts who would have been", async () => {
    const replies = await Promise.all(Array.from({ length: 5 }, () => ask("/dry/y")));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(readEvents(gateway, "origin")).toContainEqual(
      expect.objectContaining({ pool: "dry", state: "shedding", mode: "shadow" }),
    );
    const explained = await askAdmin(gateway, "POST", "/explain", { body: { url: `${gateway.url}/dry/z` } });
    expect(explained.json()["load"]).toEqual({
      pool: "dry",
      mode: "shadow",
      priority: "background",
      admitted: 0,
    });
  });

  it("answers what is stored, though stale, in place of the refusal", async () => {
    const stale = await until("a stale answer", async () => {
      const reply = await ask("/kept/answer");
      return Date.now() - primedMs > 1_000 && reply.field("Cache-Status")?.includes("stale") && reply;
    });
    expect([stale.status, stale.text()]).toEqual([200, "origin 0"]);
    expect(origin.requests("/kept/answer")).toHaveLength(1);
    expect(await statusOf(ask("/kept/other"))).toBe(503);
  });

  it("ends in an isolate that gets no request any more, as that reports when it is time", async () => {
    expect(await quiet).toBe(true);
    expect(await statusOf(ask("/quiet/y"))).toBe(200);
  });

  it("begins where real requests wait for far longer than usual", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await calmed;
    origin.serve("/real/held", async () => {
      await promise;
      return { body: "late" };
    });
    const held: Promise<Reply>[] = [];
    await until("a refusal", async () => {
      held.push(ask("/real/held"), ask("/real/held"));
      return await isShedding("real")();
    });
    expect(await statusOf(ask("/real/held"))).toBe(503);
    resolve();
    const statuses = await Promise.all(held.map(statusOf));
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(10);
    expect(readEvents(gateway, "origin")).toContainEqual(
      expect.objectContaining({ pool: "real", state: "shedding", mode: "enforce" }),
    );
  });
});

describe("a limit that follows a pool", () => {
  const isLower = (pool: string) => async (): Promise<boolean> => {
    await ask(`/${pool}/x`, asClient("asking"));
    return (await explainFollowing(gateway, `/${pool}/x`)).takes > 1;
  };

  let unheard: readonly Reply[] = [];

  beforeAll(async () => {
    await Promise.all(
      Object.entries(EASED).map(([pool, share]) =>
        tellHealth(gateway, toTold(pool, { open: 3, heavy: [], baseMs: 50, eased: [share, share, share] })),
      ),
    );
    // This isolate has not heard of them.
    unheard = await Promise.all(Object.keys(EASED).map((pool) => ask(`/${pool}/x`, asClient("early"))));
  });

  it("is whole in an isolate that has heard nothing yet", () => {
    const told = ["X-RateLimit-Limit", "X-RateLimit-Remaining"].map((name) =>
      unheard.map((reply) => Number(reply.field(name))),
    );
    expect(told).toEqual([unheard.map(() => BASE), unheard.map(() => BASE - 1)]);
  });

  it("comes back, when all of it is admitted again", async () => {
    await until("back is lower, or was", async () => {
      await ask("/back/x", asClient("asking"));
      return (await readLoad("back")) !== undefined;
    });
    await until("back is whole", async () => !(await isLower("back")()));
    expect(await countAdmitted(gateway, "/back/x", "after")).toBe(BASE);
  });

  it("admits as many as its pool's share says, of the same limit", async () => {
    await until("half is lower", isLower("half"));
    const before = (await explainFollowing(gateway, "/half/x")).follows;
    const reply = await ask("/half/x", asClient("one"));
    expect(reply.field("X-RateLimit-Limit")).toBe(String(BASE));
    const admitted = await countAdmitted(gateway, "/half/x", "two");
    const after = (await explainFollowing(gateway, "/half/x")).follows;
    expect(Number(reply.field("X-RateLimit-Remaining"))).toBeLessThan(BASE - 1);
    expect(admitted).toBeGreaterThanOrEqual((before.limits["normal"] ?? 0) - 1);
    expect(admitted).toBeLessThanOrEqual((after.limits["normal"] ?? 0) + 1);
    expect(admitted).toBeLessThan(BASE);
    const query = new URLSearchParams({ policy: "of-half", key: "two" });
    const { items } = (await askAdmin(gateway, "GET", `/counters?${query.toString()}`)).json() as {
      items: { limit: number; follows: Following["follows"] }[];
    };
    expect(items[0]).toMatchObject({ limit: BASE, follows: { pool: "half", mode: "enforce" } });
  });

  it("is never below its min", async () => {
    await until("floor is lower", isLower("floor"));
    expect(await countAdmitted(gateway, "/floor/x", "one")).toBeGreaterThanOrEqual(MIN);
    expect((await explainFollowing(gateway, "/floor/x")).follows.limits["normal"]).toBeGreaterThanOrEqual(
      MIN,
    );
  });

  it("stays in a dry run, which says what it would be", async () => {
    await until("dry would be lower", async () => {
      await ask("/dry/x", asClient("asking"));
      return ((await explainFollowing(gateway, "/dry/x")).follows.limits["background"] ?? BASE) < BASE;
    });
    const { takes, follows } = await explainFollowing(gateway, "/dry/x");
    expect([takes, follows.mode]).toEqual([1, "shadow"]);
    expect(readEvents(gateway, "origin")).toContainEqual(
      expect.objectContaining({ pool: "dry", state: "limits-lower", mode: "shadow" }),
    );
  });

  it("is lower for requests to a pool that was overloaded by real ones", async () => {
    await until("real is lower", async () => {
      await ask("/real/limited", asClient("asking"));
      return (await explainFollowing(gateway, "/real/limited")).takes > 1;
    });
  });
});

/** Of 24 clients. */
function askMany(toOptions: () => RequestOptions): Promise<readonly number[]> {
  const addresses = Array.from({ length: 24 }, (_, at) => `203.0.113.${at}`);
  return Promise.all(addresses.map((ip) => statusOf(ask("/ranks/normal", { ip, ...toOptions() }))));
}
