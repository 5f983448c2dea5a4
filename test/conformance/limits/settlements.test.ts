// What a request really cost, known only from its response: taken as an estimate first, then corrected, once.

import { setTimeout as wait } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { newAddress, open, type RequestOptions, send } from "../support/client.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

const LIMIT = 20;
const HOURLY = { algorithm: "sliding-window", window: "1h", key: "ip" };

const { origin, gateway } = await startStand({
  policies: {
    told: { ...HOURLY, limit: LIMIT, settle: { header: "X-Units", status: { "5xx": 0 } } },
    login: { ...HOURLY, limit: 3, settle: { status: { "401": 1 }, otherwise: 0 } },
    "per-key": { ...HOURLY, limit: LIMIT, key: "header:x-api-key", settle: { header: "X-Units" } },
    plain: { ...HOURLY, limit: LIMIT },
  },
  routes: [
    { path: "/told/*", policies: ["told"], cost: 5, timeout: "1s" },
    { path: "/peek", policies: ["told"], cost: 0 },
    { path: "/login", policies: ["login"] },
    { path: "/apart", policies: ["told", "plain", "per-key"], cost: 5 },
    { path: "/peek-apart", policies: ["told", "plain", "per-key"], cost: 0 },
  ],
});

let ip = "";

beforeEach(() => {
  ip = newAddress();
});

const tell = (units: string): readonly (readonly [string, string])[] => [["X-Units", units]];

async function readUsed(path = "/peek", options: RequestOptions = {}): Promise<readonly number[]> {
  const reply = await send(gateway, path, { ip, ...options });
  const field = reply.field("RateLimit") ?? "";
  return [...field.matchAll(/;r=(\d+)/g)].map(([, left]) => LIMIT - Number(left));
}

async function* unfinished(): AsyncGenerator<string> {
  yield "first piece";
  await wait(10_000, undefined, { ref: false });
}

/** Waits until it has come to so many: a settlement comes after the response. */
async function untilUsed(units: number): Promise<void> {
  await until(`${units} units in use`, async () => (await readUsed())[0] === units);
}

describe("a response settles its request", () => {
  const responses: readonly (readonly [
    name: string,
    script: Parameters<typeof origin.serve>[1],
    used: number,
  ])[] = [
    ["with fewer units", { fields: tell("2") }, 2],
    ["with none", { fields: tell("0") }, 0],
    ["with more than was taken", { fields: tell("12") }, 12],
    ["with more than there are", { fields: tell("999999") }, LIMIT],
    ["with nothing readable: the estimate stays", { fields: tell("a few") }, 5],
    ["unreadable beside a status that refunds: the estimate stays", { status: 503, fields: tell("5.0") }, 5],
    ["without a word: the estimate stays", {}, 5],
    ["with a status that refunds", { status: 503 }, 0],
    ["by failing: the gateway's 502 refunds as well", { raw: "", ending: "reset" }, 0],
    ["by coming too late: the gateway's 504 refunds as well", () => wait(1_500, { body: "late" }), 0],
  ];
  it.each(responses)("%s", async (name, script, used) => {
    const path = `/told/${name.replaceAll(/\W/g, "-")}`;
    origin.serve(path, script);
    const reply = await send(gateway, path, { ip });
    // What it says of the limit is still the estimate.
    expect(reply.field("X-RateLimit-Remaining")).toBe(String(LIMIT - 5));
    await untilUsed(used);
    // And it stays so.
    await wait(50);
    expect(await readUsed()).toEqual([used]);
  });

  it("also when the client went away in the middle of it", async () => {
    origin.serve("/told/left", {
      fields: tell("11"),
      body: unfinished(),
    });
    const { stream } = await open(gateway, "/told/left", { ip });
    stream.destroy();
    await untilUsed(11);
  });

  it("one by one, whatever comes at once", async () => {
    origin.serve("/told/once", ({ field }) => ({ fields: tell(field("x-units") ?? "") }));
    const units = [0, 1, 2, 3];
    await Promise.all(
      units.map((one) => send(gateway, "/told/once", { ip, fields: [["X-Units", String(one)]] })),
    );
    await untilUsed(6);
  });

  it("makes room for the next as soon as it is known", async () => {
    origin.serve("/told/refunded", { fields: tell("0") });
    for (let time = 0; time < 8; time += 1) {
      await until("room", async () => (await send(gateway, "/told/refunded", { ip })).status === 200);
    }
  });

  it("for each policy by its own rule, in whichever object its counter lives", async () => {
    const options: RequestOptions = { fields: [["x-api-key", `key-of-${ip}`]] };
    origin.serve("/apart", { fields: tell("9") });
    expect((await send(gateway, "/apart", { ip, ...options })).status).toBe(200);
    await until("all of it", async () => String(await readUsed("/peek-apart", options)) === "9,5,9");
  });
});

describe("a login that counts only what fails", () => {
  it("never refuses those who know their password", async () => {
    origin.serve("/login", { status: 200 });
    for (let time = 0; time < 10; time += 1) {
      // One at a time: what one takes comes back before the next.
      await until(
        "a login",
        async () => (await send(gateway, "/login", { ip, method: "POST" })).status === 200,
      );
    }
  });

  it("refuses after the limit of failures, and also those who would be right then", async () => {
    origin.serve("/login", { status: 401 });
    const statuses: number[] = [];
    for (let time = 0; time < 5; time += 1)
      statuses.push((await send(gateway, "/login", { ip, method: "POST" })).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    origin.serve("/login", { status: 200 });
    const before = origin.requests("/login").length;
    expect((await send(gateway, "/login", { ip, method: "POST" })).status).toBe(429);
    expect(origin.requests("/login")).toHaveLength(before);
  });

  it("does not let guesses in that come at once", async () => {
    origin.serve("/login", async () => {
      await wait(200);
      return { status: 401 };
    });
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => send(gateway, "/login", { ip, method: "POST" })),
    );
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(3);
  });
});
