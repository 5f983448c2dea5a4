// What an operator changes reaches an isolate that nobody told within five seconds, while it serves; and every request is
// judged by one whole configuration.

import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin, expectStatus, tagOf } from "../support/admin.ts";
import { send, type Reply } from "../support/client.ts";
import { toConfigSource } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { SECOND_HOST, startTwoIsolates } from "../support/two-isolates.ts";

const PROPAGATION_MS = 5_000;

const origin = await startOrigin();
afterAll(origin.close);

/** Two policies that always have the same limit: an answer that shows two different ones is of two configurations. */
const toConfig = (limit: number): Record<string, unknown> => ({
  origin: origin.url,
  policies: {
    one: { algorithm: "token-bucket", limit, window: "1s", key: "ip" },
    two: { algorithm: "sliding-window", limit, window: "1s", key: "ip" },
  },
  routes: [{ path: "/*", policies: ["one", "two"] }],
});
const gateway = await startTwoIsolates(toConfigSource(toConfig(10_000)), { ADMIN_TOKEN });
afterAll(gateway.close);

const askSecond = (ip = "192.0.2.1"): Promise<Reply> =>
  send(gateway, "/", { ip, fields: [["Host", SECOND_HOST]] });

/** Two lanes of requests to the second isolate until the time is over. */
async function serve(ms: number, ip?: string): Promise<readonly Reply[]> {
  const untilMs = Date.now() + ms;
  const lane = async (): Promise<Reply[]> => {
    const replies: Reply[] = [];
    while (Date.now() < untilMs) {
      replies.push(await askSecond(ip));
      await wait(10);
    }
    return replies;
  };
  return (await Promise.all([lane(), lane()])).flat();
}

const limitsOf = (reply: Reply): readonly string[] =>
  [...(reply.field("RateLimit-Policy") ?? "").matchAll(/q=(\d+)/g)].map(([, limit = ""]) => limit);

describe("a change made through one isolate, while another serves", () => {
  it("of the configuration is active there within five seconds, and never by halves", async () => {
    const serving = serve(10_500);
    let ifMatch = tagOf(await askAdmin(gateway, "GET", "/config"));
    for (const limit of [20_000, 30_000]) {
      const put = await askAdmin(gateway, "PUT", "/config", { body: { config: toConfig(limit) }, ifMatch });
      ifMatch = tagOf(put);
      if (limit === 20_000) await wait(3_500);
    }
    const changedMs = Date.now();
    const replies = await serving;
    expect(replies.length).toBeGreaterThan(100);
    const seen = replies.map(limitsOf);
    for (const limits of seen) expect([limits.length, new Set(limits).size]).toEqual([2, 1]);
    expect(new Set(seen.map(([limit]) => limit))).toEqual(new Set(["10000", "20000", "30000"]));
    const late = replies.filter((reply) => reply.sentAtMs > changedMs + PROPAGATION_MS);
    expect(late.length).toBeGreaterThan(0);
    expect(new Set(late.map((reply) => limitsOf(reply)[0]))).toEqual(new Set(["30000"]));
  });

  it("is an active override or ban there within five seconds", async () => {
    const serving = serve(6_500, "192.0.2.9");
    const body = { policy: "one", key: ["192.0.2.9"], limit: 77, reason: "less" };
    await expectStatus(201, askAdmin(gateway, "POST", "/overrides", { body }));
    await expectStatus(
      201,
      askAdmin(gateway, "POST", "/bans", { body: { value: "192.0.2.10", reason: "no" } }),
    );
    const changedMs = Date.now();
    const late = (await serving).filter((reply) => reply.sentAtMs > changedMs + PROPAGATION_MS);
    expect(late.length).toBeGreaterThan(0);
    expect(new Set(late.map((reply) => limitsOf(reply)[0]))).toEqual(new Set(["77"]));
    expect((await askSecond("192.0.2.10")).status).toBe(403);
  });

  it("is active for the first request after a time without any", async () => {
    expect((await askSecond("192.0.2.11")).status).toBe(200);
    await wait(PROPAGATION_MS);
    await expectStatus(
      201,
      askAdmin(gateway, "POST", "/bans", { body: { value: "192.0.2.11", reason: "no" } }),
    );
    expect((await askSecond("192.0.2.11")).status).toBe(403);
  });
});

describe("a token that is revoked through one isolate", () => {
  it("opens nothing at the other one from then on, which has answered it before", async () => {
    const body = { name: "leaver", scopes: ["read"] };
    const { id, token } = await expectStatus(201, askAdmin(gateway, "POST", "/tokens", { body }));
    const askOther = (): Promise<Reply> =>
      askAdmin(gateway, "GET", "/policies", { token: String(token), host: SECOND_HOST });
    expect((await askOther()).status).toBe(200);
    await expectStatus(204, askAdmin(gateway, "DELETE", `/tokens/${String(id)}`, { ifMatch: "*" }));
    expect((await askOther()).status).toBe(401);
  });
});
