import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_REQUEST_DIRECTIVES, parseRequestDirectives } from "../../../src/core/cache/request-directives.ts";

describe("parseRequestDirectives() (RFC 9111 section 5.2.1)", () => {
  it.each([
    ["no-cache", { noCache: true }],
    ["NO-STORE", { noStore: true }],
    ["only-if-cached", { onlyIfCached: true }],
    ["max-age=0", { maxAgeMs: 0 }],
    ["min-fresh=20", { minFreshMs: 20_000 }],
    ["max-stale=10", { maxStaleMs: 10_000 }],
    ["max-stale", { maxStaleMs: Infinity }],
    ["stale-if-error=5", { staleIfErrorMs: 5_000 }],
    ["max-age=x, min-fresh=, max-stale=-1", {}],
    ["max-age=1, max-age=2", {}],
    ["no-transform, x=y", {}],
    ["", {}],
  ])("reads %j", (cacheControl, expected) => {
    expect(parseRequestDirectives(cacheControl)).toEqual({ ...NO_REQUEST_DIRECTIVES, ...expected });
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseRequestDirectives(text)));
  });
});
