// How many calls of Durable Objects a request waits for, one after the other, in an isolate that has seen nothing yet and in
// one that had nothing to do for a while. Counted, not timed: each object answers late, and the longest row is counted.

import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import { type RequestOptions, send } from "../support/client.ts";
import { newKeyText } from "../support/keys.ts";
import { startOrigin } from "../support/origin.ts";
import { type Call, type Series, startSeriesGateway } from "../support/series.ts";
import { newSigner, sign } from "../support/tokens.ts";
import { until } from "../support/until.ts";

const origin = await startOrigin();
afterAll(origin.close);
const cache = {};
const ISSUER = "https://issuer.example";
const signer = await newSigner("one");
origin.serve("/jwks", { body: JSON.stringify({ keys: [signer.jwk] }) });
const FILE = {
  origin: origin.url,
  auth: { issuers: [{ issuer: ISSUER, audience: "api", algorithms: ["ES256"], jwks: `${origin.url}/jwks` }] },
  policies: {
    address: { algorithm: "fixed-window", align: "first-request", limit: 50, window: "1h", key: "ip" },
    strict: {
      algorithm: "fixed-window",
      align: "first-request",
      limit: 1,
      window: "1h",
      key: "ip",
      ban: { after: 3, for: "10h" },
    },
    all: { algorithm: "fixed-window", align: "first-request", limit: 50, window: "1h", key: "everyone" },
    plan: { algorithm: "fixed-window", align: "first-request", limit: 50, window: "1h", key: "consumer" },
  },
  tiers: { low: { plan: { limit: 40 } } },
  routes: [
    { path: "/cached", cache },
    { path: "/cached-counted", policies: ["address"], cache },
    { path: "/plan", auth: "required", policies: ["plan"] },
    { path: "/plan-cached", auth: "required", policies: ["plan"], cache },
    { path: "/two", policies: ["address", "all"] },
    { path: "/strict", policies: ["strict"] },
    { path: "/*", policies: ["address"] },
  ],
};
/** Older knowledge has to be confirmed. */
const QUIET_MS = 5_500;

interface Counts {
  readonly near: number;
  readonly far: number;
}
/** What is asked, and how many calls it may wait for: in a new isolate, and in one that was quiet. */
const CASES: readonly (readonly [string, string, { readonly isNew: Counts; readonly isQuiet: Counts }])[] = [
  ["limited by nothing, and cached", "/cached", { isNew: { near: 1, far: 0 }, isQuiet: { near: 1, far: 0 } }],
  [
    "counted by ip, and cached",
    "/cached-counted",
    { isNew: { near: 1, far: 0 }, isQuiet: { near: 1, far: 0 } },
  ],
  ["of an API key with a plan", "/plan", { isNew: { near: 1, far: 0 }, isQuiet: { near: 1, far: 0 } }],
  [
    "of an API key with a plan, and cached",
    "/plan-cached",
    { isNew: { near: 1, far: 0 }, isQuiet: { near: 1, far: 0 } },
  ],
  ["under one policy by ip", "/", { isNew: { near: 1, far: 0 }, isQuiet: { near: 1, far: 0 } }],
  ["under policies in two objects", "/two", { isNew: { near: 2, far: 0 }, isQuiet: { near: 2, far: 0 } }],
];
for (const [, path] of CASES)
  origin.serve(path, { fields: [["Cache-Control", "public, max-age=600"]], body: "hello" });
const TWIN = CASES.length + 10;
const gateway = await startSeriesGateway(FILE, { vars: { ADMIN_TOKEN }, isolates: 2 * CASES.length + 12 });
afterAll(gateway.close);

const fields: [string, string][] = [];
const ask = (isolate: number, path: string, options: RequestOptions = {}): Promise<Series> =>
  gateway.ask(isolate, path, { ...options, fields });

const isGivenBack = (calls: Series["calls"]): boolean =>
  calls.some(({ name, endMs }) => name === "settle" && endMs !== null);
/** What was taken ahead goes back behind the answer: it may be among the calls that were read with it. */
const untilGivenBack = ({ calls }: Series): Promise<unknown> =>
  until(
    "what was taken ahead is given back",
    async () => isGivenBack(calls) || isGivenBack(await gateway.takeCalls()),
  );

beforeAll(async () => {
  const create = expectStatus(201, askAdmin(gateway, "POST", "/keys", { body: { consumer: "acme" } }));
  fields.push(["X-API-Key", String((await create)["key"])]);
  // Somebody of this place has asked before, and what is cached is there.
  for (const [, path] of CASES) await ask(1, path);
});

/**
 * How many calls it waits for, in an isolate or else in its twin: a machine that is late makes what nobody waits for look as if
 * somebody did, and never hides a call.
 */
async function findLeast(isolate: number, path: string, wanted: Counts): Promise<readonly unknown[]> {
  const once = async (which: number): Promise<readonly [number, Counts]> => {
    const { reply, near, far } = await ask(which, path);
    return [reply.status, { near, far }];
  };
  const first = await once(isolate);
  const isMore = first[1].near > wanted.near || first[1].far > wanted.far;
  return isMore ? once(isolate + TWIN) : first;
}

describe("a request waits for few near objects and for no far one", () => {
  it.each(CASES.map((one, at) => [...one, at + 2] as const))(
    "%s, in a new isolate",
    async (_name, path, { isNew }, isolate) => {
      expect(await findLeast(isolate, path, isNew)).toEqual([200, isNew]);
    },
  );

  describe("after a time without requests", () => {
    const [leaver, mover] = [CASES.length + 11, 2 * CASES.length + 12];
    const leaving = { id: "", options: {} as RequestOptions };
    const moving = { id: "", options: {} as RequestOptions };
    beforeAll(async () => {
      for (const [consumer, isolate, known] of [
        ["leaver", leaver, leaving],
        ["mover", mover, moving],
      ] as const) {
        const created = await expectStatus(201, askAdmin(gateway, "POST", "/keys", { body: { consumer } }));
        known.id = String(created["id"]);
        known.options = { fields: [["X-API-Key", String(created["key"])]] };
        const { reply } = await gateway.ask(isolate, "/plan", known.options);
        expect(reply.field("X-RateLimit-Remaining")).toBe("49");
      }
      await wait(QUIET_MS);
    });

    it("an API key that was revoked opens nothing where it was known, and costs nothing", async () => {
      await expectStatus(204, askAdmin(gateway, "DELETE", `/keys/${leaving.id}`, { ifMatch: "*" }));
      const refused = await gateway.ask(leaver, "/plan", leaving.options);
      expect([refused.reply.status, refused.reply.json()["code"]]).toEqual([401, "credential-invalid"]);
      expect(refused.calls.map(({ name }) => name)).toContain("decideText");
      await untilGivenBack(refused);
    });

    it("an API key whose tier was changed is counted by its new one alone", async () => {
      const body = { tier: "low" };
      await expectStatus(200, askAdmin(gateway, "PATCH", `/keys/${moving.id}`, { ifMatch: "*", body }));
      const moved = await gateway.ask(mover, "/plan", moving.options);
      expect([moved.reply.status, moved.reply.field("X-RateLimit-Limit")]).toEqual([200, "40"]);
      await untilGivenBack(moved);
      // Three requests, and nothing is left of what the old tier was asked for.
      const { reply } = await gateway.ask(mover, "/plan", moving.options);
      expect(reply.field("X-RateLimit-Remaining")).toBe("37");
    });

    it.each(CASES.map((one, at) => [...one, at + 2] as const))(
      "%s",
      async (_name, path, { isQuiet }, isolate) => {
        expect(await findLeast(isolate, path, isQuiet)).toEqual([200, isQuiet]);
      },
    );
  });
});

describe("a new isolate of a data centre", () => {
  const [first, other, busy] = [CASES.length + 8, CASES.length + 9, CASES.length + 10];

  it("takes the keys of an issuer from the one that fetched them", async () => {
    const exp = Math.floor(Date.now() / 1_000) + 600;
    const token = await sign(signer, { claims: { iss: ISSUER, aud: "api", sub: "tokened", exp } });
    const options: RequestOptions = { fields: [["Authorization", `Bearer ${token}`]] };
    for (const isolate of [first, other])
      expect((await gateway.ask(isolate, "/plan", options)).reply.status).toBe(200);
    expect(origin.requests("/jwks")).toHaveLength(1);
  });

  it("that is busy waits for one near call when it meets an API key", async () => {
    await gateway.ask(busy, "/");
    const { reply, near, far, calls } = await ask(busy, "/plan");
    expect([reply.status, { near, far }], JSON.stringify(calls)).toEqual([200, { near: 1, far: 0 }]);
    // It knows it from then on, for whatever time others keep the isolate busy.
    const again = await ask(busy, "/plan");
    expect([again.near, again.far]).toEqual([1, 0]);
    expect(again.calls.filter(({ name }) => name === "lookUpKey" || name === "decideText")).toHaveLength(1);
  });
});

describe("API keys that somebody invents", () => {
  it("are nobody's without a question to the control object, and one that is made is somebody's all the same", async () => {
    const asker = CASES.length + 10;
    const show = async (key: string, ip: string): Promise<number> =>
      (await gateway.ask(asker, "/plan", { ip, fields: [["X-API-Key", key]] })).reply.status;
    const invent = (from: number, to: number): Promise<readonly number[]> =>
      Promise.all(
        Array.from({ length: to - from }, async (_, at) => {
          const shown = [
            ["X-API-Key", newKeyText()],
            ["Host", `isolate-${asker}.example`],
          ] as const;
          return (await send(gateway, "/plan", { ip: `198.51.100.${from + at}`, fields: shown })).status;
        }),
      );
    await gateway.takeCalls();
    const count = (calls: readonly Call[]): number =>
      calls.filter(({ who, name }) => who === "far" && name === "lookUpKey").length;
    // At such distances some may not be answered in time.
    expect(await invent(0, 10)).not.toContain(200);
    await until("all keys are listed", async () =>
      (await gateway.takeCalls()).some(({ name, endMs }) => name === "listKeyDigits" && endMs !== null),
    );
    expect(await invent(10, 30)).not.toContain(200);
    expect(count(await gateway.takeCalls())).toBe(0);
    expect(await show(newKeyText(), "192.0.2.20")).toBe(401);
    const created = expectStatus(201, askAdmin(gateway, "POST", "/keys", { body: { consumer: "late" } }));
    expect(await show(String((await created)["key"]), "192.0.2.20")).toBe(200);
  });
});

describe("a purge", () => {
  const [told, untold] = [CASES.length + 6, CASES.length + 7];
  const statusOf = ({ reply }: Series): unknown => reply.field("Cache-Status");

  it("holds in a new isolate as soon as it is answered", async () => {
    const purged = await expectStatus(
      202,
      askAdmin(gateway, "POST", "/cache/purge", { body: { everything: true } }),
    );
    expect(purged).toEqual({ purged: 1 });
    const asked = await ask(told, "/cached");
    expect(statusOf(asked)).toContain("fwd=");
    expect([asked.near, asked.far]).toEqual([1, 0]);
    expect(statusOf(await ask(told, "/cached"))).toContain("hit");
  });

  it("says where it could not be told, and holds for whoever asks the far object instead", async () => {
    await gateway.setState("near", "failing");
    const body = { everything: true };
    const { warnings } = await expectStatus(202, askAdmin(gateway, "POST", "/cache/purge", { body }));
    expect(warnings).toEqual([expect.objectContaining({ code: "not-everywhere" })]);
    expect(statusOf(await ask(untold, "/cached"))).toContain("fwd=");
    await gateway.setState("near", "up");
  });
});

describe("a new isolate that asked counter objects by what is no longer active", () => {
  const ip = "192.0.2.9";
  const isolates = [1, 2, 3, 4].map((at) => CASES.length + 1 + at) as [number, number, number, number];
  const remainingOf = ({ reply }: Series): number => Number(reply.field("X-RateLimit-Remaining"));
  it("refuses whom an operator has banned, and takes nothing of its quota", async () => {
    const before = remainingOf(await ask(1, "/", { ip }));
    const body = { value: ip, reason: "test" };
    const { id } = await expectStatus(201, askAdmin(gateway, "POST", "/bans", { body }));
    const asked = await ask(isolates[0], "/", { ip });
    const { reply, calls } = asked;
    expect([reply.status, reply.json()["code"]]).toEqual([403, "banned"]);
    expect(calls.map(({ name }) => name)).toContain("decideText");
    await untilGivenBack(asked);
    await expectStatus(204, askAdmin(gateway, "DELETE", `/bans/${String(id)}`, { ifMatch: "*" }));
    expect(remainingOf(await ask(1, "/", { ip }))).toBe(before - 1);
  });

  it("counts by the pushed configuration, and takes once", async () => {
    const address = { ...FILE.policies.address, limit: 70 };
    const config = { ...FILE, policies: { ...FILE.policies, address } };
    const before = remainingOf(await ask(1, "/", { ip }));
    await expectStatus(200, askAdmin(gateway, "PUT", "/config", { body: { config }, ifMatch: "*" }));
    const asked = await ask(isolates[1], "/", { ip });
    const { reply } = asked;
    expect([reply.status, reply.field("X-RateLimit-Limit")]).toEqual([200, "70"]);
    await untilGivenBack(asked);
    expect(remainingOf(await ask(1, "/", { ip }))).toBe(before + 20 - 2);
  });

  it("counts no denial towards a ban but the one that it answers", async () => {
    expect((await ask(1, "/strict", { ip: "192.0.2.10" })).reply.status).toBe(200);
    const waits: number[] = [];
    for (const isolate of [isolates[2], isolates[3], 1, isolates[0]])
      waits.push(Number((await ask(isolate, "/strict", { ip: "192.0.2.10" })).reply.field("Retry-After")));
    // The third denial makes the ban, which the fourth falls under: it is longer than the window.
    expect(waits.map((seconds) => seconds > 3_600)).toEqual([false, false, false, true]);
  });
});
