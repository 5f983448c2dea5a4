import * as fc from "fast-check";
import { OWN_FIELDS } from "../../../src/core/cors/cors-fields.ts";
import { parseList } from "structured-headers";
import { describe, expect, test } from "vitest";
import type { Policy } from "../../../src/core/policies/policy.ts";
import { DURATION_MS_MAX } from "../../../src/core/schema/durations.ts";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { LIMIT_MAX } from "../../../src/core/schema/primitives.ts";
import {
  toRateLimitFields,
  toRetryAfterSeconds,
  toShadowField,
} from "../../../src/core/policies/rate-limit-headers.ts";
import { toRateLimitPolicyField } from "../../../src/core/policies/rate-limit-policy-field.ts";
import { combineVerdicts, UNLIMITED } from "../../../src/core/policies/combine-verdicts.ts";
import { toVerdict, verdicts } from "./verdicts.ts";

const NOW_MS = 1_700_000_000_500;

/** Policies of these names, limits and windows as the configuration makes them. */
function toPolicies(
  options: Readonly<Record<string, { readonly limit: number; readonly window?: string }>>,
): readonly Policy[] {
  const policies: Record<string, unknown> = {};
  for (const [name, { limit, window }] of Object.entries(options)) {
    const algorithm = window === undefined ? "concurrency" : "token-bucket";
    policies[name] = { algorithm, key: "ip", limit, ...(window === undefined ? {} : { window }) };
  }
  const config = parseConfig({ origin: "zone", policies, routes: [{ path: "/*" }] });
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  return config.value.policies;
}

/** What a parser of RFC 9651 reads: each member's string with its parameters. */
function parseMembers(field: string | undefined): readonly (readonly [string, Record<string, unknown>])[] {
  return parseList(field ?? "").map(([item, parameters]) => {
    if (typeof item !== "string") throw new TypeError("a member is no string");
    return [item, Object.fromEntries(parameters)] as const;
  });
}

test.each([
  [0, 1],
  [1, 1],
  [999, 1],
  [1_000, 1],
  [1_001, 2],
  [59_999.5, 60],
  [86_400_000, 86_400],
])("toRetryAfterSeconds() of %i ms is %i", (ms, seconds) => {
  expect(toRetryAfterSeconds(ms)).toBe(seconds);
});

describe("toRateLimitPolicyField()", () => {
  test("names each policy with its quota and, where it has one, its window in seconds", () => {
    const policies = toPolicies({
      "per-client": { limit: 60, window: "1m" },
      quick: { limit: 5, window: "250ms" },
      open: { limit: 10 },
    });
    expect(toRateLimitPolicyField(policies)).toBe('"per-client";q=60;w=60, "quick";q=5;w=1, "open";q=10');
  });

  test("is a list of strings with whole numbers, for any policy that the configuration accepts", () => {
    const name = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$/);
    const option = fc.record({
      limit: fc.oneof(fc.integer({ min: 1, max: LIMIT_MAX }), fc.constant(LIMIT_MAX)),
      windowMs: fc.integer({ min: 1, max: DURATION_MS_MAX }),
    });
    fc.assert(
      fc.property(fc.dictionary(name, option, { minKeys: 1, maxKeys: 4 }), (options) => {
        const entries = Object.entries(options).map(
          ([policy, { limit, windowMs }]) => [policy, { limit, window: `${windowMs}ms` }] as const,
        );
        const members = parseMembers(toRateLimitPolicyField(toPolicies(Object.fromEntries(entries))));
        expect(members).toEqual(
          Object.entries(options).map(([policy, { limit, windowMs }]) => [
            policy,
            { q: limit, w: Math.ceil(windowMs / 1_000) },
          ]),
        );
      }),
    );
  });
});

describe("toRateLimitFields()", () => {
  const policyField = '"a";q=1';

  test("are none where nothing limits", () => {
    expect(toRateLimitFields(UNLIMITED, { nowMs: NOW_MS, policyField })).toEqual({ set: [], append: [] });
  });

  test("of an allowed request tell the policy nearest to denying and when its quota is whole again", () => {
    const answer = combineVerdicts([
      toVerdict("a", { limit: 60, remaining: 30, resetMs: 1_600 }),
      toVerdict("b", { limit: 10, remaining: 2, resetMs: 700 }),
    ]);
    expect(toRateLimitFields(answer, { nowMs: NOW_MS, policyField })).toEqual({
      set: [
        ["X-RateLimit-Limit", "10"],
        ["X-RateLimit-Remaining", "2"],
        ["X-RateLimit-Reset", "1700000002"],
      ],
      append: [
        ["RateLimit-Policy", policyField],
        ["RateLimit", '"a";r=30;t=2, "b";r=2;t=1'],
      ],
    });
  });

  test("tell an instant counted from when the counter can have said so, and what is left until then", () => {
    // It was asked 20 ms ago, and said that a window ends in 1.5 s: at a whole second.
    const said = { limit: 9, resetMs: 1_500 };
    const tell = (sinceMs: number, over = {}): unknown => {
      const answer = combineVerdicts([{ ...toVerdict("a", { ...said, ...over }), sinceMs }]);
      const { set, append } = toRateLimitFields(answer, { nowMs: NOW_MS, policyField });
      return [set[2]?.[1], append[1]?.[1].split(";t=")[1], set[3]?.[1]];
    };
    expect(tell(NOW_MS - 20)).toEqual(["1700000002", "2", undefined]);
    expect(tell(NOW_MS - 1_000)).toEqual(["1700000001", "1", undefined]);
    expect(tell(NOW_MS - 9_000)).toEqual(["1699999993", "0", undefined]);
    // Whoever has to wait is told no less than the whole wait, from now on.
    const denied = { outcome: "denied", retryAfterMs: 1_500 };
    expect(tell(NOW_MS - 20, denied)).toEqual(["1700000002", "2", "2"]);
  });

  test("of a denied request tell when it is admitted, in epoch seconds and in whole seconds from now", () => {
    const answer = combineVerdicts([
      toVerdict("a", { limit: 60, remaining: 30, resetMs: 1_000 }),
      toVerdict("b", { outcome: "denied", limit: 10, retryAfterMs: 2_001, resetMs: 9_000 }),
      toVerdict("c", { outcome: "denied", limit: 10, retryAfterMs: 100, resetMs: 9_000 }),
    ]);
    expect(toRateLimitFields(answer, { nowMs: NOW_MS, policyField })).toEqual({
      set: [
        ["X-RateLimit-Limit", "10"],
        ["X-RateLimit-Remaining", "0"],
        ["X-RateLimit-Reset", "1700000003"],
        ["Retry-After", "3"],
      ],
      append: [
        ["RateLimit-Policy", policyField],
        ["RateLimit", '"a";r=30;t=1, "b";r=0;t=3, "c";r=0;t=1'],
      ],
    });
  });

  test("of an impossible request have no Retry-After, for waiting does not help", () => {
    const impossible = toVerdict("a", { outcome: "impossible", retryAfterMs: Infinity, remaining: 5 });
    const { set, append } = toRateLimitFields(combineVerdicts([impossible]), { nowMs: NOW_MS, policyField });
    expect(set.map(([name]) => name)).not.toContain("Retry-After");
    expect(append).toContainEqual(["RateLimit", '"a";r=5;t=0']);
  });

  test("leave out the draft's fields where they are switched off", () => {
    const answer = combineVerdicts([toVerdict("a", {})]);
    const fields = toRateLimitFields(answer, { nowMs: NOW_MS, policyField: undefined });
    expect([fields.set.length, fields.append]).toEqual([3, []]);
  });

  test("parse, are whole numbers and agree with each other, for any verdicts", () => {
    fc.assert(
      fc.property(verdicts, fc.integer({ min: 0, max: 4e12 }), (given, nowMs) => {
        const answer = combineVerdicts(given);
        const { set, append } = toRateLimitFields(answer, { nowMs, policyField });
        const fields = new Map([...set, ...append]);
        for (const [, value] of set) expect(value).toMatch(/^\d{1,15}$/);
        const members = parseMembers(fields.get("RateLimit"));
        expect(members.map(([name]) => name)).toEqual(given.map(({ policy }) => policy));
        for (const [, parameters] of members) {
          expect(Object.keys(parameters)).toEqual(["r", "t"]);
          for (const value of Object.values(parameters)) expect(Number.isSafeInteger(value)).toBe(true);
        }
        expect(fields.has("Retry-After")).toBe(answer.outcome === "denied");
        if (answer.outcome !== "denied") return;
        const seconds = Number(fields.get("Retry-After"));
        expect(seconds).toBeGreaterThanOrEqual(1);
        expect(seconds * 1_000).toBeGreaterThanOrEqual(answer.retryAfterMs);
        expect((seconds - 1) * 1_000).toBeLessThan(Math.max(1, answer.retryAfterMs));
        const resetMs = Number(fields.get("X-RateLimit-Reset")) * 1_000;
        expect(resetMs).toBeGreaterThanOrEqual(nowMs + answer.retryAfterMs);
      }),
    );
  });

  test("all are named in OWN_FIELDS, so that browsers may read them", () => {
    const denied = toVerdict("a", { outcome: "denied", retryAfterMs: 1 });
    const { set, append } = toRateLimitFields(combineVerdicts([denied]), { nowMs: NOW_MS, policyField });
    const names = [...set, ...append].map(([name]) => name);
    expect(OWN_FIELDS.split(", ")).toEqual(expect.arrayContaining(names));
  });
});

test("toShadowField() tells what policies on trial say, and marks those that would have refused", () => {
  const field = toShadowField([
    toVerdict("a", { remaining: 3, resetMs: 900 }),
    toVerdict("b", { outcome: "denied", retryAfterMs: 1_500 }),
  ]);
  expect(parseMembers(field)).toEqual([
    ["a", { r: 3, t: 1 }],
    ["b", { r: 0, t: 2, denied: true }],
  ]);
});

test("toRateLimitFields() adds a jitter to Retry-After alone: never earlier, and at most its share of it", () => {
  const read = (retryAfterMs: number, jitter?: { percent: number; random: number }): Map<string, string> => {
    const denied = toVerdict("a", { outcome: "denied", remaining: 0, retryAfterMs, resetMs: retryAfterMs });
    const fields = toRateLimitFields(combineVerdicts([denied]), { nowMs: NOW_MS, policyField: "p", jitter });
    return new Map([...fields.set, ...fields.append]);
  };
  const waits = fc.oneof(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1, max: DURATION_MS_MAX }));
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(waits, fc.integer({ min: 1, max: 10 }), random, (retryAfterMs, percent, drawn) => {
      const [exact, jittered] = [read(retryAfterMs), read(retryAfterMs, { percent, random: drawn })];
      const seconds = Number(exact.get("Retry-After"));
      const told = Number(jittered.get("Retry-After"));
      expect(Number.isInteger(told) && told >= seconds && told <= seconds * (1 + percent / 100)).toBe(true);
      exact.delete("Retry-After");
      jittered.delete("Retry-After");
      expect(jittered).toEqual(exact);
    }),
  );
  expect(
    [0, 0.5, 0.999].map((drawn) => read(100_000, { percent: 10, random: drawn }).get("Retry-After")),
  ).toEqual(["100", "105", "110"]);
});
