// OpenAI, Azure, Anthropic and Gemini: what their answers say, in the shapes that their SDKs and documents have.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anthropic } from "../../../../src/core/feedback/profiles/anthropic.ts";
import { azureOpenai } from "../../../../src/core/feedback/profiles/azure-openai.ts";
import { gemini } from "../../../../src/core/feedback/profiles/gemini.ts";
import { readReset } from "../../../../src/core/feedback/profiles/model-limits.ts";
import { openai } from "../../../../src/core/feedback/profiles/openai.ts";
import type { OriginAnswer, Profile } from "../../../../src/core/feedback/reading.ts";
import { toRuns } from "../../../property-runs.ts";
import { NOW_MS, read } from "./readings.ts";

const answer = (status: number, body?: unknown): OriginAnswer => ({
  status,
  field: () => undefined,
  body,
  nowMs: NOW_MS,
});
const subjectOf = (profile: Profile, path: string): string | undefined =>
  profile.toSubject?.("requests", { method: "POST", path, token: "t" });

test.each([
  ["12ms", 12],
  ["1s", 1_000],
  ["6m0s", 360_000],
  ["1h2m3.5s", 3_723_500],
  ["7", 7_000],
  ["0.25", 250],
  [new Date(NOW_MS + 5_000).toISOString(), 5_000],
  [new Date(NOW_MS - 5_000).toISOString(), 0],
  ["-1", undefined],
  ["soon", undefined],
  ["6x", undefined],
  ["", undefined],
])("readReset(%j) is %j", (text, ms) => {
  expect(readReset(text, NOW_MS)).toBe(ms);
});

describe("openai", () => {
  const FIELDS = {
    "x-ratelimit-limit-requests": "60",
    "x-ratelimit-remaining-requests": "59",
    "x-ratelimit-reset-requests": "1s",
    "x-ratelimit-limit-tokens": "150000",
    "x-ratelimit-remaining-tokens": "30000",
    "x-ratelimit-reset-tokens": "6m0s",
  };

  test("counts requests, and tokens as a share", () => {
    expect(read(openai, 200, FIELDS)).toEqual([
      { scope: "requests", remaining: 59, limit: 60, resetMs: 1_000 },
      { scope: "tokens", usagePercent: 80, resetMs: 360_000 },
    ]);
  });

  test("refuses the scope that its body names, for as long as the finer field says", () => {
    const body = { error: { type: "tokens", code: "rate_limit_exceeded", message: "Rate limit reached" } };
    expect(read(openai, 429, { "retry-after": "5", "retry-after-ms": "300" }, body)).toEqual([
      { scope: "tokens", stopMs: 300, probeAfterMs: 1_000, isRefused: true },
    ]);
    expect(read(openai, 429, { "retry-after": "5" }, { error: { type: "requests" } })).toEqual([
      { scope: "requests", stopMs: 5_000, probeAfterMs: 1_000, isRefused: true },
    ]);
  });

  test("leaves an account alone that has no money, and stops nobody else for it", () => {
    const body = { error: { type: "insufficient_quota", code: "insufficient_quota" } };
    expect(read(openai, 429, {}, body)).toEqual([]);
    expect([openai.isRejected?.(answer(429, body)), openai.isRejected?.(answer(429, {}))]).toEqual([
      true,
      false,
    ]);
  });

  test("takes 503 for a moment's failure, and no refusal for one", () => {
    expect([503, 529, 500, 429].map((status) => openai.isTransient?.(answer(status)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe("azure-openai", () => {
  test("takes -1 for nothing, and whole seconds for a reset", () => {
    const fields = {
      "x-ratelimit-limit-requests": "-1",
      "x-ratelimit-remaining-requests": "-1",
      "x-ratelimit-limit-tokens": "1000",
      "x-ratelimit-remaining-tokens": "500",
      "x-ratelimit-reset-tokens": "10",
    };
    expect(read(azureOpenai, 200, fields)).toEqual([{ scope: "tokens", usagePercent: 50, resetMs: 10_000 }]);
  });

  test("counts each deployment by itself", () => {
    expect(subjectOf(azureOpenai, "/openai/deployments/gpt-a/chat/completions")).toBe("gpt-a t");
    expect(subjectOf(azureOpenai, "/openai/v1/chat/completions")).toBe(" t");
  });
});

describe("anthropic", () => {
  const fieldsOf = (scope: string, remaining: number): Record<string, string> => ({
    [`anthropic-ratelimit-${scope}-limit`]: "1000",
    [`anthropic-ratelimit-${scope}-remaining`]: String(remaining),
    [`anthropic-ratelimit-${scope}-reset`]: new Date(NOW_MS + 30_000).toISOString().replace(".000Z", "Z"),
  });

  test("counts requests, and three kinds of tokens as shares", () => {
    const fields = {
      ...fieldsOf("requests", 999),
      ...fieldsOf("input-tokens", 250),
      ...fieldsOf("output-tokens", 1_000),
    };
    expect(read(anthropic, 200, fields)).toEqual([
      { scope: "requests", remaining: 999, limit: 1_000, resetMs: 30_000 },
      { scope: "input-tokens", usagePercent: 75, resetMs: 30_000 },
      { scope: "output-tokens", usagePercent: 0, resetMs: 30_000 },
    ]);
  });

  test("refuses what is used up, else the requests", () => {
    const body = { type: "error", error: { type: "rate_limit_error", message: "..." } };
    const used = { ...fieldsOf("output-tokens", 0), "retry-after": "12" };
    expect(read(anthropic, 429, used, body).at(-1)).toEqual({
      scope: "output-tokens",
      stopMs: 12_000,
      probeAfterMs: 1_000,
      isRefused: true,
    });
    expect(read(anthropic, 429, {}, body)).toEqual([
      { scope: "requests", probeAfterMs: 1_000, isRefused: true },
    ]);
  });

  test("takes 529 for a moment's failure, and a spend limit for an account to be left alone", () => {
    const body = { error: { type: "rate_limit_error", code: "enforced_spend_limit_reached" } };
    expect([anthropic.isTransient?.(answer(529)), anthropic.isRejected?.(answer(429, body))]).toEqual([
      true,
      true,
    ]);
    expect(read(anthropic, 429, {}, body)).toEqual([]);
  });
});

describe("gemini", () => {
  const refusal = (quotaId: string, retryDelay?: string): object => ({
    error: {
      code: 429,
      status: "RESOURCE_EXHAUSTED",
      details: [
        { "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: [{ quotaId }] },
        ...(retryDelay === undefined
          ? []
          : [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay }]),
      ],
    },
  });

  test("says nothing before it refuses, and then which quota and how long", () => {
    expect(read(gemini, 200)).toEqual([]);
    expect(read(gemini, 429, {}, refusal("GenerateRequestsPerMinutePerProject", "38s"))).toEqual([
      { scope: "minute", stopMs: 38_000, probeAfterMs: 1_000, isRefused: true },
    ]);
    expect(read(gemini, 429, {}, [refusal("GenerateRequestsPerDayPerProject")])).toEqual([
      { scope: "day", probeAfterMs: 600_000, isRefused: true },
    ]);
  });

  test("counts each model by itself", () => {
    expect(subjectOf(gemini, "/v1beta/models/gemini-pro:generateContent")).toBe("gemini-pro t");
  });
});

test("no profile of a model throws, whatever the answer is", () => {
  const given = fc.record({
    status: fc.constantFrom(200, 400, 429, 503, 529),
    body: fc.oneof(
      fc.jsonValue(),
      fc.record({ error: fc.jsonValue() }),
      fc.record({ error: fc.record({ details: fc.array(fc.jsonValue()) }) }),
    ),
    text: fc.oneof(fc.string(), fc.constantFrom("1", "-1", "6m0s", "1e9", "Infinity")),
  });
  fc.assert(
    fc.property(given, ({ status, body, text }) => {
      const hostile: OriginAnswer = { status, body, field: () => text, nowMs: NOW_MS };
      for (const profile of [openai, azureOpenai, anthropic, gemini]) {
        for (const { stopMs = 0, usagePercent = 0, resetMs = 0, scope } of profile.readings(hostile)) {
          expect(profile.scopes).toContain(scope);
          for (const number of [stopMs, usagePercent, resetMs]) expect(number).toBeGreaterThanOrEqual(0);
        }
        profile.isRejected?.(hostile);
        profile.isTransient?.(hostile);
      }
    }),
    { numRuns: toRuns(2_000) },
  );
});
