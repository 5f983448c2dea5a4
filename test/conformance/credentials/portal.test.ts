// The portal: what a consumer sees of its own limits and may do about them, with its own key.

import { describe, expect, it } from "vitest";
import { ADMIN_READ_TOKEN, ADMIN_TOKEN, askAdmin, PREFIX } from "../support/admin.ts";
import { newAddress, type Reply, send } from "../support/client.ts";
import { issueKey, type IssuedKey } from "../support/keys.ts";
import { createPortalClient, toCode } from "../support/portal.ts";
import { testChanges } from "../support/portal-changes.ts";
import { testOwnKeys } from "../support/portal-keys.ts";
import { testRequests } from "../support/portal-requests.ts";
import { readStats } from "../support/stats.ts";
import { startStand } from "../support/stand.ts";
import { newSigner, sign } from "../support/tokens.ts";
import { until } from "../support/until.ts";

const PLAN = { algorithm: "sliding-window", window: "1h", key: "consumer" } as const;

const login = await newSigner("login");

const { gateway } = await startStand(
  {
    auth: {
      apiKeys: { query: "api-key" },
      issuers: [
        {
          issuer: "https://login.example.com",
          audience: "api",
          algorithms: ["ES256"],
          publicKey: "LOGIN_KEY",
          claims: { tier: "plan" },
        },
      ],
    },
    portal: {
      keysMax: 3,
      announced: [
        { policy: "plan", limit: 5, from: "2099-01-01", note: "Fewer for all" },
        { policy: "plan", tier: "gold", limit: 6, from: "2099-01-01" },
      ],
    },
    // Nobody gets it: what the alerts object knows is looked at.
    alerts: [{ when: "limit-requested", to: [{ webhook: "UNSET" }] }],
    tiers: { pro: { plan: { limit: 40 } }, gold: { plan: { limit: 400 } } },
    policies: {
      plan: { ...PLAN, limit: 4 },
      bucket: { algorithm: "token-bucket", limit: 60, window: "1m", burst: 10, key: "consumer" },
      leased: { algorithm: "token-bucket", limit: 100_000, window: "1m", key: "api-key" },
      paths: { ...PLAN, limit: 100, key: ["consumer", "path"] },
      tried: { ...PLAN, limit: 1, mode: "shadow" },
      secret: { ...PLAN, limit: 7 },
      everybody: { algorithm: "token-bucket", limit: 1_000_000, window: "1m", key: "everyone" },
      banning: {
        algorithm: "token-bucket",
        limit: 1,
        window: "1m",
        key: "consumer",
        ban: { after: 2, window: "1h", for: ["1h"] },
      },
    },
    routes: [
      { path: "/plan/*", auth: "required", policies: ["plan", "bucket", "paths", "tried"] },
      { path: "/banning", auth: "required", policies: ["banning", "everybody"] },
      {
        path: "/leased",
        auth: "required",
        policies: ["leased"],
        deprecation: { at: "2026-12-01", link: "https://docs.example.com/v2" },
        sunset: { at: "2099-06-01" },
      },
      {
        path: "/secret",
        auth: "required",
        scopes: ["secret"],
        policies: ["secret"],
        sunset: { at: "2098-01-01" },
      },
    ],
  },
  { vars: { ADMIN_TOKEN, ADMIN_READ_TOKEN, LOGIN_KEY: login.pem } },
);

const { bearer, askMe, post } = createPortalClient(gateway);

type Shown = Readonly<Record<string, unknown>> & { readonly policy: string };

async function readLimits(key: IssuedKey): Promise<ReadonlyMap<string, Shown>> {
  const reply = await askMe(key);
  expect(reply.status, reply.text()).toBe(200);
  return new Map((reply.json()["limits"] as readonly Shown[]).map((limit) => [limit.policy, limit]));
}

/** `"plan";r=3;t=3600` of a RateLimit field. */
function readField(reply: Reply, policy: string): { readonly left: number; readonly seconds: number } {
  const [, left, seconds] =
    new RegExp(`"${policy}";r=(\\d+);t=(\\d+)`).exec(reply.field("RateLimit") ?? "") ?? [];
  return { left: Number(left), seconds: Number(seconds) };
}

/** Reported a second later: its test is the last one. */
const used = await issueKey(gateway, { consumer: "a consumer" });
for (let turn = 0; turn < 6; turn += 1) await send(gateway, "/plan/a", bearer(used));

describe("what a consumer sees of its limits", () => {
  it("are the figures of the next answer's fields, before it is counted", async () => {
    const key = await issueKey(gateway, { tier: "pro" });
    await send(gateway, "/plan/a", bearer(key));
    const before = await readLimits(key);
    const next = await send(gateway, "/plan/a", bearer(key));
    for (const policy of ["plan", "bucket"]) {
      const shown = before.get(policy);
      expect(shown?.["remaining"], policy).toBe(readField(next, policy).left + 1);
    }
    const after = await readLimits(key);
    for (const policy of ["plan", "bucket"]) {
      const told = readField(next, policy);
      const shown = after.get(policy);
      // A bucket has one back a second later.
      expect(Number(shown?.["remaining"]) - told.left, policy).toBeLessThanOrEqual(1);
      expect(Math.abs(told.seconds - Math.ceil(Number(shown?.["resetMs"]) / 1_000)), policy).toBeLessThan(2);
    }
    expect(after.get("plan")).toMatchObject({ limit: 40, used: 2, windowMs: 3_600_000, key: ["consumer"] });
  });

  it("of a quota lease, too", async () => {
    const key = await issueKey(gateway);
    await send(gateway, "/leased", bearer(key));
    await send(gateway, "/leased", bearer(key));
    const shown = (await readLimits(key)).get("leased");
    const next = await send(gateway, "/leased", bearer(key));
    expect(Math.abs(Number(shown?.["remaining"]) - readField(next, "leased").left)).toBeLessThan(2_000);
    expect(Number(shown?.["remaining"])).toBeGreaterThan(95_000);
  });

  it("say when there is something again, once nothing is left", async () => {
    const key = await issueKey(gateway);
    for (let turn = 0; turn < 4; turn += 1) await send(gateway, "/plan/a", bearer(key));
    const shown = (await readLimits(key)).get("plan");
    const denied = await send(gateway, "/plan/a", bearer(key));
    expect(denied.status).toBe(429);
    expect(shown).toMatchObject({ limit: 4, used: 4, remaining: 0 });
    const waitSeconds = Math.ceil(Number(shown?.["retryAfterMs"]) / 1_000);
    expect(Math.abs(Number(denied.field("Retry-After")) - waitSeconds)).toBeLessThan(2);
  });

  it("count as no denial, however often they are looked at when nothing is left", async () => {
    const key = await issueKey(gateway);
    await send(gateway, "/banning", bearer(key));
    for (let turn = 0; turn < 5; turn += 1)
      expect((await readLimits(key)).get("banning")).toMatchObject({ remaining: 0 });
    const denied = await send(gateway, "/banning", bearer(key));
    expect(denied.status).toBe(429);
    expect(Number(denied.field("Retry-After"))).toBeLessThanOrEqual(60);
  });

  it("leave out what is tried out and what its scopes do not open, and figures that each request has its own of", async () => {
    const limits = await readLimits(await issueKey(gateway));
    expect([...limits.keys()].toSorted()).toEqual([
      "banning",
      "bucket",
      "everybody",
      "leased",
      "paths",
      "plan",
    ]);
    expect(limits.get("paths")).toEqual({
      policy: "paths",
      limit: 100,
      windowMs: 3_600_000,
      key: ["consumer", "path"],
    });
    expect((await readLimits(await issueKey(gateway, { scopes: ["secret"] }))).has("secret")).toBe(true);
  });

  testChanges(gateway);

  it("change nothing in its counters however often they are asked for, and asking is limited by itself", async () => {
    const key = await issueKey(gateway);
    const bystander = await issueKey(gateway);
    await send(gateway, "/plan/a", bearer(key));
    const statuses = new Map<number, number>();
    let last: Reply | undefined;
    for (let turn = 0; turn < 20; turn += 1) {
      const replies = await Promise.all(Array.from({ length: 50 }, () => askMe(key)));
      for (const reply of replies) {
        statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
        if (reply.status === 429) last = reply;
      }
    }
    expect([...statuses.keys()].toSorted((a, b) => a - b)).toEqual([200, 429]);
    // 30 at once, and one more a second.
    expect(statuses.get(200)).toBeLessThan(60);
    expect(last?.json()["code"]).toBe("too-many-calls");
    expect(last?.field("Retry-After")).toBe("1");
    const next = await send(gateway, "/plan/a", bearer(key));
    expect(readField(next, "plan").left).toBe(2);
    expect((await askMe(bystander)).status).toBe(200);
  });
});

describe("who sees what", () => {
  it("nobody without a credential, and none that stands in a URL", async () => {
    const key = await issueKey(gateway);
    const bare = await send(gateway, `${PREFIX}/me`, { ip: newAddress() });
    expect([bare.status, bare.json()["code"]]).toEqual([401, "credential-missing"]);
    const linked = await send(gateway, `${PREFIX}/me?api-key=${key.text}`, { ip: newAddress() });
    expect(linked.status).toBe(401);
    const cookie = { ip: newAddress(), fields: [["Cookie", `api-key=${key.text}`]] } as const;
    expect((await send(gateway, `${PREFIX}/me`, cookie)).status).toBe(401);
  });

  it("an operator's token is nobody's key", async () => {
    expect((await askMe({ text: ADMIN_TOKEN })).status).toBe(401);
  });

  it("a token sees what its claims say and may ask for more, and changes no keys", async () => {
    const claims = { iss: "https://login.example.com", aud: "api", sub: "one with tokens", plan: "pro" };
    const text = await sign(login, { claims: { ...claims, exp: Math.floor(Date.now() / 1_000) + 600 } });
    const seen = (await askMe({ text })).json();
    expect([seen["consumer"], seen["tier"], seen["apiKey"]]).toEqual(["one with tokens", "pro", undefined]);
    expect((seen["limits"] as readonly Shown[])[0]).toMatchObject({ policy: "plan", limit: 40 });
    expect(toCode(await post({ text }, "/keys"))).toEqual([403, "api-key-needed"]);
    const asked = { policy: "plan", limit: 50, reason: "a launch" };
    expect((await post({ text }, "/requests", asked)).status).toBe(201);
  });

  it("a consumer sees itself, whatever else it asks for, and no cache and no page keeps or reads it", async () => {
    const [one, other] = [await issueKey(gateway), await issueKey(gateway)];
    const { consumer } = other.record;
    const fields = [
      ["X-Consumer", consumer],
      ["Origin", "https://evil.example"],
    ] as const;
    const reply = await send(gateway, `${PREFIX}/me?consumer=${consumer}&name=${consumer}`, {
      ip: newAddress(),
      fields: [["Authorization", `Bearer ${one.text}`], ...fields],
    });
    expect(reply.json()["consumer"]).toBe(one.record.consumer);
    expect(reply.text()).not.toContain(`"${consumer}"`);
    expect(reply.field("Cache-Control")).toBe("private, no-store");
    expect(reply.field("Vary")).toBe("Authorization, X-API-Key");
    expect(reply.field("Access-Control-Allow-Origin")).toBeUndefined();
    const preflight = await send(gateway, `${PREFIX}/me`, {
      method: "OPTIONS",
      ip: newAddress(),
      fields: [...fields, ["Access-Control-Request-Method", "GET"]],
    });
    expect([preflight.status, preflight.field("Access-Control-Allow-Origin")]).toEqual([401, undefined]);
    expect((await askMe(one, `/${consumer}`)).status).toBe(404);
    expect((await askMe(one, "", { method: "PUT" })).field("Allow")).toBe("GET, HEAD");
    const head = await askMe(one, "", { method: "HEAD" });
    expect([head.status, head.body.length]).toEqual([200, 0]);
  });

  it("a disabled key sees nothing 5 seconds later at most", async () => {
    const key = await issueKey(gateway);
    expect((await askMe(key)).status).toBe(200);
    const disabledMs = Date.now();
    await askAdmin(gateway, "PATCH", `/keys/${key.record.id}`, { body: { enabled: false }, ifMatch: "*" });
    await until("the end of the key", async () => (await askMe(key)).status === 401);
    expect(Date.now() - disabledMs).toBeLessThan(5_000);
  });
});

describe("a consumer's own keys", () => {
  testOwnKeys(gateway);
});

describe("requests for a higher limit", () => {
  testRequests(gateway);
});

describe("what a consumer sees of its use", () => {
  it("is what it took and why it was refused, in a day and in 30", async () => {
    await until("the report", async () => {
      const { usage } = await readStats(gateway);
      return usage.some(({ consumer }) => consumer === used.record.consumer);
    });
    const { usage } = (await askMe(used)).json() as { usage: Record<"day" | "month", unknown> };
    expect(usage.day).toEqual(usage.month);
    expect(usage).toMatchObject({
      isPartial: false,
      day: {
        units: expect.arrayContaining([
          { policy: "plan", units: 4 },
          { policy: "bucket", units: 4 },
        ]) as unknown,
        denials: [{ policy: "plan", count: 2 }],
        reasons: [{ code: "quota-exceeded", count: 2 }],
        models: [],
      },
    });
  });
});
