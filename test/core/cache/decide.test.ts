import { describe, expect, it } from "vitest";
import {
  type CacheDecision,
  decideCache,
  decideOnError,
  isOriginError,
  toRefresh,
} from "../../../src/core/cache/decide.ts";
import { lookupPlan, NOW_MS, record } from "./samples.ts";

interface Case {
  /** Cache-Control of the stored response, which came at 0. */
  readonly stored: string;
  /** Cache-Control of the request, which the route honours. */
  readonly asked?: string;
  readonly atSeconds: number;
  readonly route?: unknown;
  readonly hasEtag?: boolean;
}

function decide({ stored, asked, atSeconds, route = {}, hasEtag = false }: Case): CacheDecision {
  const validator = hasEtag ? { etag: '"a"', "last-modified": "Sun, 06 Nov 1994 08:00:00 GMT" } : {};
  const kept = record({ answer: { "cache-control": stored, ...validator } }, route);
  const plan = lookupPlan(
    { fields: asked === undefined ? {} : { "cache-control": asked } },
    { requestDirectives: "honour" },
  );
  return decideCache(plan, { record: kept, miss: "uri-miss" }, NOW_MS + atSeconds * 1_000);
}

/** "hit", "hit and refresh", "unsatisfied", or why it is forwarded. */
function show(decision: CacheDecision): string {
  if (decision.kind === "hit") return decision.refresh ? "hit and refresh" : "hit";
  return decision.kind === "forward" ? decision.reason : decision.kind;
}

describe("decideCache() by freshness (RFC 9111 sections 4 and 4.2)", () => {
  it.each<[string, number, string]>([
    ["max-age=60", 0, "hit"],
    ["max-age=60", 59.999, "hit"],
    ["max-age=60", 60, "stale"],
    ["max-age=60, no-cache", 1, "stale"],
    ['max-age=60, no-cache="x"', 1, "hit"],
    ["max-age=60, must-revalidate", 1, "hit"],
    ["max-age=60, must-revalidate", 60, "stale"],
    ["max-age=60, immutable", 60, "stale"],
    ["max-age=x", 0, "stale"],
    ["max-age=60, stale-while-revalidate=10", 59, "hit"],
    ["max-age=60, stale-while-revalidate=10", 60, "hit and refresh"],
    ["max-age=60, stale-while-revalidate=10", 69, "hit and refresh"],
    ["max-age=60, stale-while-revalidate=10", 70, "stale"],
    ["max-age=60, stale-while-revalidate=x", 60, "stale"],
    ["max-age=60, stale-while-revalidate=10, must-revalidate", 60, "stale"],
    ["max-age=60, stale-while-revalidate=10, proxy-revalidate", 60, "stale"],
    ["s-maxage=60, stale-while-revalidate=10", 60, "stale"],
    ["max-age=60, stale-while-revalidate=10, no-cache", 60, "stale"],
    ["max-age=60, stale-if-error=10", 60, "stale"],
  ])("%s after %d s: %s", (stored, atSeconds, expected) => {
    expect(show(decide({ stored, atSeconds }))).toBe(expected);
  });

  it("says how old and how fresh the answer is", () => {
    expect(decide({ stored: "max-age=60", atSeconds: 20 })).toMatchObject({ ageMs: 20_000, ttlMs: 40_000 });
    expect(decide({ stored: "max-age=60, stale-while-revalidate=10", atSeconds: 65 })).toMatchObject({
      ageMs: 65_000,
      ttlMs: -5_000,
    });
  });

  it("serves stale by the route's own setting", () => {
    const route = { staleWhileRevalidate: "10s" };
    expect(show(decide({ stored: "max-age=60", atSeconds: 65, route }))).toBe("hit and refresh");
    expect(show(decide({ stored: "max-age=60, must-revalidate", atSeconds: 65, route }))).toBe("stale");
  });
});

describe("decideCache() by request directives (section 5.2.1)", () => {
  it.each<[string, string, number, string]>([
    ["max-age=60", "no-cache", 1, "request"],
    ["max-age=60", "max-age=0", 0, "hit"],
    ["max-age=60", "max-age=0", 0.001, "request"],
    ["max-age=60", "max-age=30", 30, "hit"],
    ["max-age=60", "max-age=30", 31, "request"],
    ["max-age=60", "min-fresh=30", 30, "hit"],
    ["max-age=60", "min-fresh=30", 31, "request"],
    ["max-age=60", "max-stale=10", 70, "hit"],
    ["max-age=60", "max-stale=10", 71, "stale"],
    ["max-age=60", "max-stale", 9_999, "hit"],
    ["max-age=60, must-revalidate", "max-stale", 61, "stale"],
    ["max-age=60, proxy-revalidate", "max-stale", 61, "stale"],
    ["s-maxage=60", "max-stale", 61, "stale"],
    ["max-age=60, no-cache", "max-stale", 61, "stale"],
    ["max-age=60", "max-stale, no-cache", 61, "stale"],
    ["max-age=60", "max-stale, min-fresh=1", 61, "stale"],
    ["max-age=60", "max-stale, max-age=61", 61, "hit"],
    ["max-age=60", "max-stale, max-age=61", 62, "stale"],
    ["max-age=60, stale-while-revalidate=10", "max-age=600", 61, "stale"],
    ["max-age=60, stale-while-revalidate=10", "max-age=600, max-stale=1", 61, "hit and refresh"],
    ["max-age=60, stale-while-revalidate=10", "max-stale=1", 61, "hit and refresh"],
    ["max-age=60, stale-while-revalidate=10", "no-cache", 61, "stale"],
    ["max-age=60", "only-if-cached", 1, "hit"],
    ["max-age=60", "only-if-cached", 61, "unsatisfied"],
    ["max-age=60", "only-if-cached, max-stale", 61, "hit"],
    ["max-age=60", "only-if-cached, no-cache", 1, "unsatisfied"],
    ["max-age=60, stale-while-revalidate=10", "only-if-cached", 61, "hit and refresh"],
    ["max-age=60", "no-store", 1, "hit"],
    ["max-age=60, immutable", "max-age=0", 1, "hit"],
    ["max-age=60, immutable", "no-cache", 1, "request"],
    ["max-age=60, immutable", "max-age=0", 60, "stale"],
  ])("%s, asked with %s after %d s: %s", (stored, asked, atSeconds, expected) => {
    expect(show(decide({ stored, asked, atSeconds }))).toBe(expected);
  });
});

describe("decideCache() without a stored response", () => {
  it.each(["uri-miss", "vary-miss", "miss"] as const)("forwards for %s, without conditions", (miss) => {
    expect(decideCache(lookupPlan(), { record: undefined, miss }, NOW_MS)).toEqual({
      kind: "forward",
      reason: miss,
      record: undefined,
      conditions: [],
    });
  });

  it("is a 504 for a client that only wants what is stored (section 5.2.1.7)", () => {
    const plan = lookupPlan(
      { fields: { "cache-control": "only-if-cached" } },
      { requestDirectives: "honour" },
    );
    expect(show(decideCache(plan, { record: undefined, miss: "miss" }, NOW_MS))).toBe("unsatisfied");
  });
});

describe("decideCache() for a validation (section 4.3.1)", () => {
  it("sends every validator of the stored response", () => {
    expect(decide({ stored: "max-age=60", atSeconds: 60, hasEtag: true })).toMatchObject({
      kind: "forward",
      conditions: [
        ["if-none-match", '"a"'],
        ["if-modified-since", "Sun, 06 Nov 1994 08:00:00 GMT"],
      ],
    });
  });

  it("sends none without one, but names the record for stale-if-error", () => {
    const decision = decide({ stored: "max-age=60", atSeconds: 60 });
    expect(decision).toMatchObject({ kind: "forward", conditions: [] });
    expect(decision.kind === "forward" && decision.record?.kind).toBe("record");
  });
});

describe("toRefresh()", () => {
  it("asks with what validators there are, whatever the client asked", () => {
    const stored = record({ answer: { "cache-control": "max-age=60", etag: '"a"' } });
    expect(toRefresh(stored)).toMatchObject({
      reason: "stale",
      record: stored,
      conditions: [["if-none-match", '"a"']],
    });
    expect(toRefresh(record()).conditions).toEqual([]);
  });
});

describe("decideOnError() (RFC 5861 section 4)", () => {
  it.each<[string, string | undefined, number, unknown, boolean]>([
    ["max-age=60, stale-if-error=10", undefined, 65, {}, true],
    ["max-age=60, stale-if-error=10", undefined, 70, {}, true],
    ["max-age=60, stale-if-error=10", undefined, 71, {}, false],
    ["max-age=60", undefined, 61, {}, false],
    ["max-age=60", undefined, 61, { staleIfError: "10s" }, true],
    ["max-age=60", "stale-if-error=10", 65, {}, true],
    ["max-age=60, stale-if-error=10", "no-cache", 1, {}, true],
    ["max-age=60, stale-if-error=10, must-revalidate", undefined, 61, {}, false],
    ["max-age=60, must-revalidate", "stale-if-error=10", 61, { staleIfError: "10s" }, false],
    ["max-age=60, stale-if-error=10, proxy-revalidate", undefined, 61, {}, false],
    ["s-maxage=60, stale-if-error=10", undefined, 61, {}, false],
    ["max-age=60, stale-if-error=10, no-cache", undefined, 1, {}, false],
  ])("%s, asked with %s, after %d s, route %j: %s", (stored, asked, atSeconds, route, isServed) => {
    const kept = record({ answer: { "cache-control": stored } }, route);
    const plan = lookupPlan(
      { fields: asked === undefined ? {} : { "cache-control": asked } },
      { requestDirectives: "honour" },
    );
    const hit = decideOnError(plan, kept, { nowMs: NOW_MS + atSeconds * 1_000, isUnreachable: false });
    expect(hit !== undefined).toBe(isServed);
    if (hit !== undefined) expect(hit).toMatchObject({ ageMs: atSeconds * 1_000, refresh: false });
  });

  it.each<[string, number, unknown, boolean]>([
    ["max-age=60", 660, {}, true],
    ["max-age=60", 661, {}, false],
    ["max-age=60, stale-if-error=10", 70, {}, true],
    ["max-age=60, stale-if-error=10", 71, {}, false],
    ["max-age=60, stale-if-error=0", 61, {}, false],
    ["max-age=60, stale-if-error=soon", 61, {}, false],
    ["max-age=60, stale-if-error=99", 61, { staleIfError: "never" }, false],
    ["max-age=60", 3_660, { staleIfError: "1h" }, true],
    ["max-age=60, must-revalidate", 61, {}, false],
    ["max-age=60, must-revalidate", 61, { staleIfError: "1h" }, false],
    ["max-age=60, proxy-revalidate", 61, {}, false],
    ["s-maxage=60", 61, {}, false],
    ["max-age=60, no-cache", 1, {}, false],
  ])("without any answer, %s, after %d s, route %j: %s (RFC 9111 section 4.2.4)", (...row) => {
    const [stored, atSeconds, route, isServed] = row;
    const kept = record({ answer: { "cache-control": stored } }, route);
    const at = { nowMs: NOW_MS + atSeconds * 1_000, isUnreachable: true };
    expect(decideOnError(lookupPlan(), kept, at) !== undefined).toBe(isServed);
  });

  it.each([true, false])("has no error stand in for another, reached or not: %s", (isUnreachable) => {
    const answer = { "cache-control": "max-age=60, stale-if-error=60" };
    const at = { nowMs: NOW_MS + 61_000, isUnreachable };
    for (const [status, isServed] of [
      [404, true],
      [503, false],
    ] as const) {
      const kept = record({ status, answer }, { errors: "explicit" });
      expect(decideOnError(lookupPlan(), kept, at) !== undefined).toBe(isServed);
    }
  });

  it("has nothing without a record", () => {
    const at = { nowMs: NOW_MS, isUnreachable: true };
    expect(decideOnError(lookupPlan(), undefined, at)).toBeUndefined();
  });
});

describe("isOriginError()", () => {
  it.each([
    [500, true],
    [502, true],
    [503, true],
    [504, true],
    [501, false],
    [505, false],
    [429, false],
    [404, false],
    [200, false],
  ])("%i: %s", (status, isError) => {
    expect(isOriginError(status)).toBe(isError);
  });
});
