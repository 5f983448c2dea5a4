// The control object does not answer: gateways go on with what they know, no request waits for it, and the admin API says
// so without having changed anything.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import { send, type Reply } from "../support/client.ts";
import { startOrigin } from "../support/origin.ts";
import { until, untilTime } from "../support/until.ts";
import { startWatchedGateway } from "../support/watched-gateway.ts";

const origin = await startOrigin();
afterAll(origin.close);
const gateway = await startWatchedGateway(
  {
    origin: origin.url,
    policies: {
      api: { algorithm: "fixed-window", limit: 50, window: "1h", key: "ip" },
      plan: { algorithm: "fixed-window", limit: 10_000, window: "1h", key: "consumer" },
    },
    routes: [
      { path: "/mine", auth: "required", policies: ["plan"] },
      { path: "/*", policies: ["api"] },
    ],
  },
  { ADMIN_TOKEN },
);
afterAll(gateway.close);

const create = async (kind: string, body: object): Promise<Readonly<Record<string, unknown>>> =>
  expectStatus(201, askAdmin(gateway, "POST", `/${kind}`, { body }));
const ask = (ip: string): Promise<Reply> => send(gateway, "/", { ip });
const askMine = (key: unknown): Promise<Reply> =>
  send(gateway, "/mine", { fields: [["X-API-Key", String(key)]] });
const codeOf = (reply: Reply): unknown => reply.json()["code"];

const { key, id } = await create("keys", { consumer: "acme" });
await create("overrides", { policy: "api", key: ["192.0.2.7"], limit: 77, reason: "more" });
await create("bans", { value: "192.0.2.8", reason: "scraper" });

const changes = [
  ["POST", "/keys", { consumer: "lost" }],
  ["PATCH", `/keys/${String(id)}`, { enabled: false }],
  ["POST", `/keys/${String(id)}/rotate`, {}],
  ["DELETE", `/keys/${String(id)}`, undefined],
  ["POST", "/overrides", { policy: "api", limit: 1, reason: "lost" }],
  ["POST", "/bans", { value: "192.0.2.7", reason: "lost" }],
  ["POST", "/config/rollback", { version: 0 }],
  ["POST", "/counters/reset", { policy: "api", key: ["192.0.2.7"] }],
  ["POST", "/counters/refund", { policy: "api", key: ["192.0.2.7"], continent: "unknown", units: 1 }],
] as const;
const reads = ["/keys", `/keys/${String(id)}`, "/overrides", "/config", "/config/versions", "/audit"];

describe.each(["failing", "silent"] as const)("a control object that is %s", (state) => {
  beforeAll(async () => {
    await gateway.setControl("up");
    await until("the key opens", async () => (await askMine(key)).status === 200);
    await gateway.setControl(state);
  });
  afterAll(async () => gateway.setControl("up"));

  it("leaves overrides and bans active, and delays no request", async () => {
    const untilMs = Date.now() + 5_500;
    const slow: number[] = [];
    while (Date.now() < untilMs) {
      const raised = await ask("192.0.2.7");
      expect([raised.status, raised.field("X-RateLimit-Limit")]).toEqual([200, "77"]);
      if (raised.answeredAtMs - raised.sentAtMs > 900) slow.push(raised.answeredAtMs - raised.sentAtMs);
      expect(codeOf(await ask("192.0.2.8"))).toBe("banned");
      await untilTime(Date.now() + 250);
    }
    // A request that waited for the object would do so about once a second; the machine may stall once.
    expect(slow.length).toBeLessThan(2);
  });

  it("closes a key once it may have been revoked: 503 and no 401 or 500", async () => {
    // What the object near it heard a moment ago it passes on, and looks for more: then it cannot know (decision 19).
    const closed = await until("a 503", async () => {
      const reply = await askMine(key);
      return reply.status !== 200 && reply;
    });
    expect([closed.status, codeOf(closed)]).toEqual([503, "credential-unverifiable"]);
    for (let time = 0; time < 5; time += 1) expect((await askMine(key)).status).toBe(503);
  });

  it("changes nothing, and says so", async () => {
    const before = Number((await ask("192.0.2.7")).field("X-RateLimit-Remaining"));
    const asked = [
      ...changes.map(([method, path, body]) => [method, path, { ifMatch: "*", body }] as const),
      ...reads.map((path) => ["GET", path, {}] as const),
    ];
    // A silent object is waited for: all at once.
    const replies = await Promise.all(
      asked.map(async ([method, path, options]) => askAdmin(gateway, method, path, options)),
    );
    for (const [at, reply] of replies.entries())
      expect([asked[at]?.[1], reply.status, codeOf(reply)]).toEqual([
        asked[at]?.[1],
        503,
        "control-unavailable",
      ]);
    await gateway.setControl("up");
    const { items } = await expectStatus(200, askAdmin(gateway, "GET", "/keys"));
    expect(items).toEqual([expect.objectContaining({ id, enabled: true, revision: 1 })]);
    expect((await ask("192.0.2.7")).field("X-RateLimit-Remaining")).toBe(String(before - 1));
    const { items: audited } = await expectStatus(200, askAdmin(gateway, "GET", "/audit"));
    expect((audited as { action: string }[]).map(({ action }) => action)).toEqual([
      "bans.create",
      "overrides.create",
      "keys.create",
    ]);
    await gateway.setControl(state);
  });

  it("answers again when it is back, with everything as it was", async () => {
    await gateway.setControl("up");
    await until("the key opens again", async () => (await askMine(key)).status === 200);
    expect((await ask("192.0.2.7")).field("X-RateLimit-Limit")).toBe("77");
  });

  it("keeps nobody from health and the active policies", async () => {
    await gateway.setControl(state);
    for (const path of ["/health", "/policies", "/routes", "/origins", "/openapi.json"])
      expect([path, (await askAdmin(gateway, "GET", path)).status]).toEqual([path, 200]);
    await gateway.setControl("up");
  });
});
