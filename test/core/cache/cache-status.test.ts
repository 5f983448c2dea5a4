import * as fc from "fast-check";
import { parseList, Token } from "structured-headers";
import { describe, expect, it } from "vitest";
import { type CacheStatus, toCacheResult, toCacheStatus } from "../../../src/core/cache/cache-status.ts";

describe("toCacheStatus() (RFC 9211)", () => {
  it.each<[CacheStatus, string]>([
    [{ kind: "hit" }, "gw; hit"],
    [{ kind: "hit", ttlMs: 376_900 }, "gw; hit; ttl=376"],
    [{ kind: "hit", ttlMs: -411_500 }, "gw; hit; ttl=-412"],
    [{ kind: "hit", ttlMs: 1_000, detail: "stale-if-error" }, "gw; hit; ttl=1; detail=stale-if-error"],
    [{ kind: "forward", reason: "uri-miss" }, "gw; fwd=uri-miss"],
    [
      { kind: "forward", reason: "uri-miss", stored: true, ttlMs: 60_000 },
      "gw; fwd=uri-miss; ttl=60; stored",
    ],
    [{ kind: "forward", reason: "vary-miss", stored: false }, "gw; fwd=vary-miss"],
    [{ kind: "forward", reason: "stale", forwardStatus: 304 }, "gw; fwd=stale; fwd-status=304"],
    [{ kind: "forward", reason: "uri-miss", collapsed: true }, "gw; fwd=uri-miss; collapsed"],
    [{ kind: "forward", reason: "uri-miss", collapsed: false }, "gw; fwd=uri-miss; collapsed=?0"],
    [{ kind: "forward", reason: "bypass", detail: "no cache" }, 'gw; fwd=bypass; detail="no cache"'],
  ])("writes %j", (status, expected) => {
    expect(toCacheStatus(undefined, "gw", status)).toBe(expected);
  });

  it("comes last, after the origin's own members (section 2)", () => {
    const received = 'OriginCache; hit; ttl=1100, "CDN Company Here"; hit; ttl=545';
    expect(toCacheStatus(received, "gw", { kind: "hit" })).toBe(`${received}, gw; hit`);
    expect(toCacheStatus("  ", "gw", { kind: "hit" })).toBe("gw; hit");
    expect(toCacheStatus(null, "gw", { kind: "hit" })).toBe("gw; hit");
  });

  it("is a Structured Field list whatever the names and details", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.integer(), (name, detail, ttlMs) => {
        const field = toCacheStatus("up; hit", name, {
          kind: "forward",
          reason: "miss",
          detail,
          ttlMs,
          stored: true,
        });
        const parameters = parseList(field)[1]?.[1];
        expect(parameters?.get("fwd")).toEqual(new Token("miss"));
        expect(parameters?.get("stored")).toBe(true);
        expect(parameters?.get("ttl")).toBe(Math.floor(ttlMs / 1_000));
      }),
    );
  });
});

describe("toCacheResult()", () => {
  it.each<[CacheStatus, string]>([
    [{ kind: "hit", ttlMs: 1_000 }, "hit"],
    [{ kind: "hit", ttlMs: -1 }, "stale"],
    [{ kind: "forward", reason: "stale", ttlMs: -1, detail: "stale-if-error" }, "stale"],
    [{ kind: "forward", reason: "stale", forwardStatus: 503, detail: "stale-if-limited" }, "stale"],
    [{ kind: "forward", reason: "stale", forwardStatus: 304 }, "revalidated"],
    [{ kind: "forward", reason: "uri-miss", collapsed: true }, "collapsed"],
    [{ kind: "forward", reason: "uri-miss", stored: true }, "miss"],
    [{ kind: "forward", reason: "vary-miss" }, "miss"],
    [{ kind: "forward", reason: "method" }, "bypass"],
    [{ kind: "forward", reason: "request" }, "bypass"],
  ])("calls %j %s", (status, result) => {
    expect(toCacheResult(status)).toBe(result);
  });
});
