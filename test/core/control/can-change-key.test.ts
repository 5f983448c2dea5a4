import { describe, expect, test } from "vitest";
import { canChangeKey } from "../../../src/core/control/can-change-key.ts";

const KEY = { tier: "pro", scopes: ["read", "write"], expiresAtMs: 2_000, enabled: true };

describe("canChangeKey()", () => {
  test.each([
    ["itself", {}],
    ["one with fewer scopes", { scopes: ["read"] }],
    ["one without scopes", { scopes: [] }],
    ["one that ends earlier", { expiresAtMs: 1_000 }],
  ])("a key may change %s", (_what, given) => {
    expect(canChangeKey(KEY, { ...KEY, ...given })).toBe(true);
  });

  test.each([
    ["one with a scope more", { scopes: ["read", "write", "admin"] }],
    ["one of another tier", { tier: "gold" }],
    ["one without a tier", { tier: undefined }],
    ["one that ends later", { expiresAtMs: 2_001 }],
    ["one that never ends", { expiresAtMs: undefined }],
    ["one that an operator has disabled", { enabled: false }],
  ])("and never %s", (_what, given) => {
    expect(canChangeKey(KEY, { ...KEY, ...given })).toBe(false);
  });

  test("one that never ends may change one that does", () => {
    expect(canChangeKey({ ...KEY, expiresAtMs: undefined }, KEY)).toBe(true);
  });
});
