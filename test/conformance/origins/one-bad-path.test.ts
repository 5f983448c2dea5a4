// One client's path must not shut an origin for everybody: what fails is left alone, what does not goes on, in this isolate
// and in those that hear of it. What an origin says in Cloudflare's words is the origin's answer.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Reply, send } from "../support/client.ts";
import { toConfigSource } from "../support/gateway.ts";
import { type Origin, type Script, startOrigin } from "../support/origin.ts";
import { startPoolStand } from "../support/pool-stand.ts";
import { SECOND_HOST, startTwoIsolates, type TwoIsolates } from "../support/two-isolates.ts";
import { until, untilTime } from "../support/until.ts";

const TOKEN = "let-me-in";
/** Breakers that never open, for what is sent again. */
const PATIENT = { failures: 1_000_000, answers: 1_000_000 };
/** The place of a pool whose origin may take its time. */
const STALLING = 6;
const { origins, gateway, counts, sendTimes } = await startPoolStand(
  2,
  ([a = "", b = ""]) => ({
    origin: "lone",
    origins: {
      ...Object.fromEntries(
        Array.from({ length: 8 }, (_, at) => [`lone${at}`, { members: [`${a}/${at}`], retries: { max: 0 } }]),
      ),
      lone: { members: [a], retries: { max: 0 } },
      both: { members: [a, { url: b, role: "fallback" }], breaker: PATIENT, retries: { budgetPercent: 100 } },
    },
    routes: [
      ...Array.from({ length: 8 }, (_, at) => ({
        path: `/${at}/*`,
        stripPrefix: `/${at}`,
        origin: `lone${at}`,
        timeout: at === STALLING ? "300ms" : "30s",
      })),
      { path: "/both/*", origin: "both" },
      { path: "/*" },
    ],
  }),
  { vars: { ADMIN_TOKEN: TOKEN } },
);
const [first, second] = origins;
if (first === undefined || second === undefined) throw new Error("two origins were started");

const statusesOf = (replies: readonly Reply[]): readonly number[] => replies.map(({ status }) => status);
const times = (count: number, status: number): readonly number[] =>
  Array.from({ length: count }, () => status);

async function stateOf(pool: string): Promise<unknown> {
  const fields = [["Authorization", `Bearer ${TOKEN}`]] as const;
  const { items } = (await send(gateway, "/__headgate/v1/origins", { fields })).json() as {
    items: { pool: string; origins: { state: string; paths?: number }[] }[];
  };
  const [shown] = items.find((one) => one.pool === pool)?.origins ?? [];
  return shown && [shown.state, shown.paths];
}

describe("a path that always fails", () => {
  const FAILURES: readonly (readonly [string, Script])[] = [
    ["resets", { raw: "", ending: "reset" }],
    ["closes without a word", { raw: "", ending: "close" }],
    ["answers 503", { status: 503 }],
    ["answers 503 with a Retry-After", { status: 503, fields: [["Retry-After", "60"]] }],
    ["answers 521", { status: 521 }],
    ["has a status of 600", { raw: "HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n", ending: "close" }],
    ["stalls", { raw: "", ending: "stall" }],
  ];

  it.each(FAILURES)("and %s shuts no other path", async (name, script) => {
    const at = FAILURES.findIndex(([other]) => other === name);
    first.serve(`/${at}/bad`, script);
    const bad = await Promise.all(
      Array.from({ length: 12 }, () => send(gateway, `/${at}/bad?x=${Math.random()}`)),
    );
    bad.push(...(await sendTimes(20, `/${at}/bad`)));
    expect(new Set(statusesOf(bad)).has(200)).toBe(false);
    // Other clients' paths, of which the isolate knows nothing yet, and which it knows.
    for (const path of [`/${at}/good`, `/${at}/better`, `/${at}/good`, `/${at}/bad/not`, `/${at}`])
      expect([path, (await send(gateway, path)).status]).toEqual([path, 200]);
  });

  it("is left alone itself, and no longer than it fails", async () => {
    // Some seconds after the last failure it is tried again, which may be by now: one more failure shuts it anew.
    await until("it to be left alone", async () => {
      const [state] = ((await stateOf("lone0")) ?? []) as readonly unknown[];
      if (state !== "open") await sendTimes(1, "/0/bad");
      return state === "open";
    });
    expect(await stateOf("lone0")).toEqual(["open", 1]);
    const openedMs = Date.now();
    const asked = counts("/0/bad")[0];
    const replies = await sendTimes(5, "/0/BAD/");
    expect(replies.map((reply) => reply.json()["code"])).toEqual(times(5, 0).map(() => "origin-unavailable"));
    expect(counts("/0/bad")[0]).toBe(asked);
    first.serve("/0/bad", { body: "mended" });
    await untilTime(openedMs + 5_050);
    expect(statusesOf(await sendTimes(4, "/0/bad"))).toEqual(times(4, 200));
    expect(await stateOf("lone0")).toEqual(["closed", undefined]);
  });

  it("shuts nothing while there is other traffic, however often it is asked for", async () => {
    first.serve("/7/bad", { status: 503 });
    const untilMs = Date.now() + 6_000;
    const good: Reply[] = [];
    const isEnough = (): boolean => Date.now() >= untilMs && good.length > 30;
    const attack = async (): Promise<void> => {
      while (!isEnough()) await sendTimes(1, "/7/bad");
    };
    const attacking = Array.from({ length: 4 }, attack);
    for (let time = 0; !isEnough(); time += 1) good.push(...(await sendTimes(1, `/7/good/${time % 50}`)));
    await Promise.all(attacking);
    expect(new Set(statusesOf(good))).toEqual(new Set([200]));
    expect(good.length).toBeGreaterThan(30);
  });
});

describe("an origin that fails on several paths", () => {
  it("is left alone on all of them, and on those that nobody asked for", async () => {
    second.serve("*", { status: 503 });
    first.serve("/lone/good", { body: "well" });
    for (const at of [1, 2, 3, 4, 5]) first.serve(`/many/${at}`, { raw: "", ending: "reset" });
    expect(statusesOf(await sendTimes(3, "/lone/good"))).toEqual(times(3, 200));
    for (const at of [1, 2, 3, 4]) expect((await send(gateway, `/many/${at}`)).status).toBe(502);
    expect(await stateOf("lone")).toEqual(["closed", undefined]);
    expect((await send(gateway, "/many/5")).status).toBe(502);
    expect(await stateOf("lone")).toEqual(["open", undefined]);
    expect((await send(gateway, "/lone/good")).status).toBe(503);
  });
});

describe("an origin that refuses connections", () => {
  it("is left alone on every path, and no POST is sent again that it may have seen", async () => {
    const dying = await startOrigin();
    const { gateway: own } = await startPoolStand(1, ([spare = ""]) => ({
      origin: "dying",
      origins: { dying: { members: [dying.url, { url: spare, role: "fallback" }] } },
    }));
    expect((await send(own, "/x")).text()).toBe("from the origin");
    await dying.close();
    // The runtime has one error for a connection that was refused and for one that ended.
    expect((await send(own, "/x", { method: "POST", body: "pay" })).json()["code"]).toBe("origin-refused");
    for (let time = 0; time < 4; time += 1) expect((await send(own, "/x")).text()).toBe("origin 0");
    expect((await send(own, "/other", { method: "POST", body: "pay" })).text()).toBe("origin 0");
  });
});

describe("an origin that says what Cloudflare would say", () => {
  it.each([520, 521, 522, 523, 524, 525, 526, 530])("a %i is sent a POST once", async (status) => {
    const path = `/both/${status}`;
    for (const origin of [first, second]) origin.serve(path, { status, body: "mine" });
    const reply = await send(gateway, path, { method: "POST", body: "pay" });
    expect(reply.status).toBeGreaterThanOrEqual(502);
    expect(counts(path)).toEqual([1, 0]);
  });

  it.each([99, 600, 777, 999])("a status of %i is a 502, sent a POST once", async (status) => {
    const path = `/both/${status}`;
    for (const origin of [first, second])
      origin.serve(path, { raw: `HTTP/1.1 ${status} Odd\r\nContent-Length: 2\r\n\r\nhi`, ending: "close" });
    const reply = await send(gateway, path, { method: "POST", body: "pay" });
    expect(reply.status).toBe(502);
    expect(counts(path)).toEqual([1, 0]);
  });

  it("a GET goes to another member", async () => {
    first.serve("/both/get", { status: 521 });
    second.serve("/both/get", { body: "well" });
    expect((await send(gateway, "/both/get")).text()).toBe("well");
  });
});

describe("what one isolate saw of one path", () => {
  let isolates: TwoIsolates;
  let origin: Origin;

  beforeAll(async () => {
    origin = await startOrigin();
    const pool = { members: [origin.url], breaker: { open: "20s" }, retries: { max: 0 } };
    isolates = await startTwoIsolates(
      toConfigSource({ origin: "one", origins: { one: pool }, policies: {}, routes: [{ path: "/*" }] }),
      {},
    );
  });
  afterAll(async () => {
    await Promise.all([isolates.close(), origin.close()]);
  });

  it("another leaves alone, and no other path", async () => {
    const ask = async (path: string, host = "first.example"): Promise<number> =>
      (await send(isolates, path, { fields: [["Host", host]] })).status;
    origin.serve("/bad", { raw: "", ending: "reset" });
    expect([await ask("/good"), await ask("/good", SECOND_HOST)]).toEqual([200, 200]);
    for (let time = 0; time < 6; time += 1) await ask("/bad");
    await untilTime(Date.now() + 1_100);
    await ask("/bad");
    await until("the news of it", async () => {
      await untilTime(Date.now() + 300);
      return (await ask("/bad", SECOND_HOST)) === 503;
    });
    expect([await ask("/good"), await ask("/good", SECOND_HOST), await ask("/new", SECOND_HOST)]).toEqual([
      200, 200, 200,
    ]);
  });
});
