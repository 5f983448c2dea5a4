// Policies that are tried out: decided, counted, logged and shown like the others, and never in anybody's way. And
// policies that refuse a share of the keys.

import { beforeEach, describe, expect, it } from "vitest";
import { newAddress, type Reply, send } from "../support/client.ts";
import { startStand } from "../support/stand.ts";
import { membersOf } from "../support/structured-fields.ts";
import { until } from "../support/until.ts";

const HOURLY = { algorithm: "sliding-window", window: "1h", key: "ip" };
const POLICIES = {
  enforced: { ...HOURLY, limit: 4 },
  tried: { ...HOURLY, limit: 2, mode: "shadow" },
  "tried-elsewhere": { ...HOURLY, limit: 2, key: "header:x-api-key", mode: "shadow" },
  "tried-on-keyed": { ...HOURLY, limit: 2, key: "header:x-api-key", mode: "shadow", onMissing: "deny" },
  third: { ...HOURLY, limit: 1, enforcePercent: 30 },
  none: { ...HOURLY, limit: 1, enforcePercent: 0 },
};
const ROUTES = [
  { path: "/both", policies: ["tried", "enforced"] },
  { path: "/apart", policies: ["tried-elsewhere", "enforced"] },
  { path: "/tried", policies: ["tried"] },
  { path: "/tried-twice", policies: ["tried"], cost: 2 },
  { path: "/peek", policies: ["tried"], cost: 0 },
  { path: "/keyed", policies: ["tried-on-keyed"] },
  { path: "/third", policies: ["third"] },
  { path: "/none", policies: ["none"] },
];

const { gateway, origin } = await startStand({
  headers: { shadow: true },
  policies: POLICIES,
  routes: ROUTES,
});
const silent = await startStand({ policies: POLICIES, routes: ROUTES });

let ip = "";

beforeEach(() => {
  ip = newAddress();
});

function ask(path: string, of: { readonly url: string } = gateway): Promise<Reply> {
  return send(of, path, { ip, fields: [["x-api-key", `key-of-${ip}`]] });
}

/** What a response shows of the policies that are tried: [policy, what is left, whether it would have refused]. */
function shadowsOf(reply: Reply): readonly unknown[] {
  return membersOf(reply, "X-RateLimit-Shadow").map(({ value, parameters }) => [
    value,
    parameters["r"],
    parameters["denied"] === true,
  ]);
}

describe("a shadow policy", () => {
  it.each([
    ["/both", "tried"],
    ["/apart", "tried-elsewhere"],
  ])(
    "lets everything pass that others let pass, and shows what it would have done (%s)",
    async (path, policy) => {
      const replies: Reply[] = [];
      for (let time = 0; time < 4; time += 1) replies.push(await ask(path));
      expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      expect(replies.flatMap(shadowsOf)).toEqual([
        [policy, 1, false],
        [policy, 0, false],
        [policy, 0, true],
        [policy, 0, true],
      ]);
      // The policy that is enforced counted all four, and refuses the fifth.
      expect(replies.map((reply) => reply.field("X-RateLimit-Remaining"))).toEqual(["3", "2", "1", "0"]);
      const refused = await ask(path);
      expect([refused.status, refused.json()["violated-policies"]]).toEqual([429, ["enforced"]]);
    },
  );

  it("is in no other field: clients are told of what concerns them", async () => {
    const reply = await ask("/both");
    for (const name of ["RateLimit", "RateLimit-Policy"])
      expect(membersOf(reply, name).map(({ value }) => value)).toEqual(["enforced"]);
    expect(reply.field("X-RateLimit-Limit")).toBe("4");
    const alone = await ask("/tried");
    expect(["RateLimit", "X-RateLimit-Limit", "Retry-After"].map((name) => alone.field(name))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("shows nothing unless it is told to", async () => {
    for (let time = 0; time < 3; time += 1) {
      const reply = await ask("/both", silent.gateway);
      expect([reply.status, reply.field("X-RateLimit-Shadow")]).toEqual([200, undefined]);
    }
  });

  it("consumes nothing where it would have refused", async () => {
    expect(shadowsOf(await ask("/tried"))).toEqual([["tried", 1, false]]);
    for (let time = 0; time < 3; time += 1) {
      const reply = await ask("/tried-twice");
      expect([reply.status, ...shadowsOf(reply)]).toEqual([200, ["tried", 1, true]]);
    }
    expect(shadowsOf(await ask("/peek"))).toEqual([["tried", 1, false]]);
  });

  it("leaves a line in the log for each request that it would have refused, and for no other", async () => {
    const before = gateway.logs().length;
    for (let time = 0; time < 4; time += 1) await ask("/tried");
    await until("two lines", () => gateway.logs().length >= before + 2);
    // A line of a later request shows that those of the earlier ones are all here.
    await ask("/tried");
    await until("a third line", () => gateway.logs().length >= before + 3);
    const lines = gateway
      .logs()
      .slice(before)
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      expect(line).toMatchObject({ event: "shadow", route: "/tried", policy: ["tried"] });
      expect([line["key"]].flat()).toEqual([expect.stringMatching(/^[0-9a-f]{8,64}$/)]);
      expect(JSON.stringify(line)).not.toContain(ip);
    }
  });

  it("does not refuse those who lack what it counts by", async () => {
    expect((await send(gateway, "/keyed", { ip })).status).toBe(200);
  });
});

describe("enforcePercent", () => {
  it("refuses a stable share of the keys, and is a shadow for the others", async () => {
    const addresses = Array.from({ length: 100 }, newAddress);
    const read = (): Promise<readonly number[]> =>
      Promise.all(addresses.map(async (address) => (await send(gateway, "/third", { ip: address })).status));
    expect(new Set(await read())).toEqual(new Set([200]));
    const second = await read();
    const refused = second.filter((status) => status === 429).length;
    // 30 % of 100 keys, give or take four standard deviations.
    expect(refused).toBeGreaterThan(30 - 19);
    expect(refused).toBeLessThan(30 + 19);
    expect(await read()).toEqual(second);
  });

  it("of 0 refuses nobody", async () => {
    for (let time = 0; time < 3; time += 1) expect((await ask("/none")).status).toBe(200);
    expect(origin.requests("/none")).toHaveLength(3);
  });
});
