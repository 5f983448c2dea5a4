// The limiter of a Worker of one's own, on real counter objects.

import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { AutoRouter } from "itty-router";
import { describe, expect, test } from "vitest";
import { createLimiter, limitHono, limitItty } from "../../src/limiter/index.ts";
import type { Bindings } from "../../src/platform/bindings.ts";

const { COUNTERS } = env as unknown as Bindings;

const limiter = createLimiter(COUNTERS, {
  policies: {
    minute: { algorithm: "sliding-window", limit: 60, window: "1m", timeoutMs: 10_000 },
    hour: { algorithm: "fixed-window", limit: 5, window: "1h", timeoutMs: 10_000 },
    many: { algorithm: "token-bucket", limit: 6_000, window: "1h", burst: 200, timeoutMs: 10_000 },
    tried: { algorithm: "fixed-window", limit: 1, window: "1h", mode: "shadow" },
  },
});

const together = <Value>(count: number, run: () => Promise<Value>): Promise<readonly Value[]> =>
  Promise.all(Array.from({ length: count }, () => run()));

const toKey = (): string => crypto.randomUUID();

describe("createLimiter()", () => {
  test("admits 60 of 100 at once", async () => {
    const key = toKey();
    const results = await together(100, () => limiter.check({ policy: "minute", key }));
    expect(results.filter(({ isAllowed }) => isAllowed)).toHaveLength(60);
  });

  test("admits no more than a limit whose quota is leased, over many rounds", async () => {
    const key = toKey();
    let allowed = 0;
    const startedMs = Date.now();
    for (let round = 0; round < 30; round += 1) {
      const results = await together(10, () => limiter.check({ policy: "many", key }));
      allowed += results.filter(({ isAllowed }) => isAllowed).length;
    }
    const refilled = ((Date.now() - startedMs) * 6_000) / 3_600_000;
    expect(allowed).toBeGreaterThanOrEqual(190);
    expect(allowed).toBeLessThanOrEqual(200 + Math.ceil(refilled));
  });

  test("takes from all of several policies or from none", async () => {
    const key = toKey();
    await together(5, () => limiter.check({ policy: "hour", key }));
    const both = await limiter.check({ policy: ["minute", "hour"], key });
    expect(both).toMatchObject({ isAllowed: false, code: "quota-exceeded", violated: ["hour"] });
    const { remaining } = await limiter.check({ policy: "minute", key, cost: 0 });
    expect(remaining).toBe(60);
  });

  test("answers a refusal with Retry-After and a problem document", async () => {
    const key = toKey();
    await limiter.check({ policy: "hour", key, cost: 5 });
    const refusal = (await limiter.check({ policy: "hour", key })).toRefusal();
    expect(refusal?.status).toBe(429);
    expect(Number(refusal?.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(refusal?.headers.get("X-RateLimit-Limit")).toBe("5");
    expect(refusal?.headers.get("RateLimit-Policy")).toBe('"hour";q=5;w=3600');
    expect(await refusal?.json()).toMatchObject({
      code: "quota-exceeded",
      status: 429,
      "violated-policies": ["hour"],
    });
  });

  test("says that a cost above the limit is never admitted, and takes nothing", async () => {
    const key = toKey();
    const result = await limiter.check({ policy: "hour", key, cost: 6 });
    expect(result).toMatchObject({ isAllowed: false, code: "impossible-cost" });
    expect(await limiter.check({ policy: "hour", key, cost: 0 })).toMatchObject({ remaining: 5 });
  });

  test("refuses nobody by a policy that is only tried", async () => {
    const key = toKey();
    const results = await together(3, () => limiter.check({ policy: "tried", key }));
    expect(results.every(({ isAllowed }) => isAllowed)).toBe(true);
  });

  test("counts keys of two places, and keys that only look alike, each by itself", async () => {
    const key = toKey();
    await limiter.check({ policy: "hour", key, cost: 5 });
    for (const other of [
      { policy: "hour", key, near: "EU" },
      { policy: "hour", key: `${key} ` },
    ] as const)
      expect(await limiter.check(other)).toMatchObject({ isAllowed: true });
  });

  test("says every problem of its policies at once, by name", () => {
    const policies = {
      one: { algorithm: "fixed-window", limit: 0, window: "1m" },
      two: { algorithm: "token-bucket", limit: 1, window: "1m", bursts: 3 },
      three: { algorithm: "concurrency", limit: 1 },
    } as unknown as Parameters<typeof createLimiter>[1]["policies"];
    expect(() => createLimiter(COUNTERS, { policies })).toThrow(
      /policies\.one\.limit: .*policies\.two\.bursts: .*did you mean "?burst"?.*policies\.three\.algorithm: /,
    );
  });

  test("does not take for a request what is none", async () => {
    const wrong = [
      { policy: "nine" as "hour", key: "a" },
      { policy: "hour" as const, key: "" },
      { policy: "hour" as const, key: "a", cost: -1 },
      { policy: "hour" as const, key: "a", cost: 0.5 },
    ];
    for (const check of wrong) await expect(limiter.check(check)).rejects.toThrow();
  });
});

const toRequest = (key: string): Request =>
  new Request("https://api.example.com/", { headers: { "X-Account": key } });

describe.each([
  [
    "limitHono()",
    () => {
      const app = new Hono();
      app.use(
        limitHono(limiter, (context) => ({ policy: "minute", key: context.req.header("X-Account") ?? "-" })),
      );
      app.get("/", (context) => context.text("hello"));
      return (request: Request): Promise<Response> => Promise.resolve(app.fetch(request));
    },
  ],
  [
    "limitItty()",
    () => {
      const limit = limitItty(limiter, (request: Request) => ({
        policy: "minute",
        key: request.headers.get("X-Account") ?? "-",
      }));
      const router = AutoRouter({ before: [limit.before], finally: [limit.finally] });
      router.get("/", () => "hello");
      return (request: Request): Promise<Response> => router.fetch(request) as Promise<Response>;
    },
  ],
])("%s", (_name, create) => {
  test("admits 60 of 100 at once, and puts the fields on every answer", async () => {
    const fetch = create();
    const key = toKey();
    const answers = await together(100, () => fetch(toRequest(key)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(60);
    expect(statuses.filter((status) => status === 429)).toHaveLength(40);
    expect(answers.every(({ headers }) => headers.get("X-RateLimit-Limit") === "60")).toBe(true);
  });
});
