import { describe, expect, it } from "vitest";
import type { CorsRule } from "../../../src/core/cors/cors-settings.ts";
import { corsRule } from "../../../src/core/cors/cors-settings.ts";
import { findOwnKey, isOfOtherSite, toKeyOfOthers } from "../../../src/core/reputation/client-key.ts";
import { parseWith } from "../../../src/core/schema/parse-with.ts";

function toRule(given: unknown): CorsRule {
  const parsed = parseWith(corsRule, given, "");
  if (!parsed.ok) throw new Error("no rule");
  return parsed.value;
}

const read =
  (fields: Readonly<Record<string, string>>) =>
  (name: string): string | undefined =>
    fields[name];
const ofPage = (origin: string): ReturnType<typeof read> => read({ "sec-fetch-site": "cross-site", origin });

describe("isOfOtherSite()", () => {
  const named = toRule({ origins: ["https://app.example", "https://*.shop.example"] });

  it("takes the browser's word that a page of another site caused it, and no other word", () => {
    expect(isOfOtherSite(read({ "sec-fetch-site": "cross-site" }), undefined)).toBe(true);
    for (const site of ["same-origin", "same-site", "none", ""])
      expect(isOfOtherSite(read({ "sec-fetch-site": site }), named)).toBe(false);
    expect(isOfOtherSite(read({}), named)).toBe(false);
  });

  it("takes pages that the configuration names for its own, and not those that come in because all may", () => {
    expect(isOfOtherSite(ofPage("https://app.example"), named)).toBe(false);
    expect(isOfOtherSite(ofPage("https://a.shop.example"), named)).toBe(false);
    expect(isOfOtherSite(ofPage("https://evil.example"), named)).toBe(true);
    for (const rule of [toRule({ origins: ["*"] }), "none", "origin"] as const)
      expect(isOfOtherSite(ofPage("https://app.example"), rule)).toBe(true);
  });
});

describe("toKeyOfOthers()", () => {
  it("is no client's own key, and leads back to it", () => {
    expect(findOwnKey(toKeyOfOthers("ip=9:192.0.2.1"))).toBe("ip=9:192.0.2.1");
    expect(findOwnKey("ip=9:192.0.2.1")).toBeUndefined();
  });
});
