import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import type { PolicyVerdict } from "../../../src/core/policies/combine-verdicts.ts";
import { formatGoDuration, toModelFields } from "../../../src/core/policies/model-fields.ts";
import { toRateLimitPolicyField } from "../../../src/core/policies/rate-limit-policy-field.ts";

const HOURLY = { algorithm: "sliding-window", limit: 100, window: "1h", key: "everyone" };
const usd = { m: { input: 1, output: 1 } };
const config = parseConfig({
  origin: "https://a.example",
  policies: {
    calls: HOURLY,
    fewer: HOURLY,
    estimated: { ...HOURLY, cost: { estimate: "openai" } },
    settled: { ...HOURLY, settle: { usage: "anthropic" } },
    money: { ...HOURLY, cost: { estimate: "openai", usd } },
    permits: { algorithm: "concurrency", limit: 5, key: "everyone" },
  },
  routes: [{ path: "/*" }],
});
if (!config.ok) throw new Error(JSON.stringify(config.error));
const { policies } = config.value;
const NOW_MS = 1_800_000_000_000;

const toVerdict = (policy: string, remaining: number, more: Partial<PolicyVerdict> = {}): PolicyVerdict => ({
  policy,
  outcome: "allowed",
  remaining,
  retryAfterMs: 0,
  resetMs: 360_000,
  limit: 100,
  windowMs: 3_600_000,
  ...more,
});
const verdicts = [
  toVerdict("calls", 50),
  toVerdict("fewer", 40, { resetMs: 12 }),
  toVerdict("estimated", 30),
  toVerdict("settled", 20, { outcome: "denied", retryAfterMs: 1_500 }),
  toVerdict("money", 1),
  toVerdict("permits", 0),
];

describe("toModelFields()", () => {
  test("says requests and tokens apart as OpenAI does, each of the limit that leaves the least", () => {
    expect(Object.fromEntries(toModelFields("openai", { policies, verdicts, nowMs: NOW_MS }))).toEqual({
      "x-ratelimit-limit-requests": "100",
      "x-ratelimit-remaining-requests": "40",
      "x-ratelimit-reset-requests": "12ms",
      "x-ratelimit-limit-tokens": "100",
      "x-ratelimit-remaining-tokens": "20",
      "x-ratelimit-reset-tokens": "2s",
    });
  });

  test("says them as Anthropic does", () => {
    const fields = new Map(
      toModelFields("anthropic", { policies, verdicts: verdicts.slice(0, 1), nowMs: NOW_MS }),
    );
    expect([...fields]).toEqual([
      ["anthropic-ratelimit-requests-limit", "100"],
      ["anthropic-ratelimit-requests-remaining", "50"],
      ["anthropic-ratelimit-requests-reset", "2027-01-15T08:06:00.000Z"],
    ]);
  });

  test("says nothing to others", () => {
    for (const errors of ["problem", "gemini", undefined] as const)
      expect(toModelFields(errors, { policies, verdicts, nowMs: NOW_MS })).toEqual([]);
  });
});

test("RateLimit-Policy names the unit of what counts no requests", () => {
  expect(toRateLimitPolicyField(policies.slice(0, 5))).toBe(
    '"calls";q=100;w=3600, "fewer";q=100;w=3600, "estimated";q=100;qu="tokens";w=3600, "settled";q=100;qu="tokens";w=3600, "money";q=100;qu="micro-usd";w=3600',
  );
});

test.each([
  [0, "0ms"],
  [11.2, "12ms"],
  [999.5, "1000ms"],
  [1_000, "1s"],
  [59_001, "1m0s"],
  [360_000, "6m0s"],
  [3_601_000, "1h0m1s"],
])("formatGoDuration(%d) is %s", (ms, text) => {
  expect(formatGoDuration(ms)).toBe(text);
});
