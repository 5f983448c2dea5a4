// Which override wins, and what it makes of a policy.

import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import type { Override } from "../../../src/core/control/entries.ts";
import { createOverrideIndex, findOverride } from "../../../src/core/control/override-index.ts";

const parsed = parseConfig({
  origin: "zone",
  policies: {
    api: { algorithm: "token-bucket", limit: 60, window: "1m", burst: 20, key: "ip" },
    closed: { algorithm: "fixed-window", limit: 0, window: "1h", key: "ip" },
    both: { algorithm: "sliding-window", limit: 10, window: "10s", key: ["ip", "path"] },
  },
  routes: [{ path: "/*" }],
});
if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
const { policies } = parsed.value;

let made = 0;
function override(given: Partial<Override>): Override {
  made += 1;
  return { id: `o${made}`, revision: 1, createdAtMs: made, policy: "api", reason: "because", ...given };
}

function limitOf(
  overrides: readonly Override[],
  asked: { policy?: string; key: readonly (string | undefined)[]; tier?: string; nowMs?: number },
): number | undefined {
  const { policy = "api", key, tier, nowMs = 1_000 } = asked;
  return findOverride(createOverrideIndex(policies, overrides), policy, { key, tier, nowMs })?.policy.limit;
}

const whole = override({ limit: 1 });
const tier = override({ tier: "pro", limit: 2 });
const short = override({ key: ["192.*"], limit: 3 });
const long = override({ key: ["192.0.2.*"], limit: 4 });
const exact = override({ key: ["192.0.2.1"], limit: 5 });

describe("findOverride()", () => {
  test("takes an exact key before the longest wildcard, that before a tier, that before the policy", () => {
    const asked = { key: ["192.0.2.1"], tier: "pro" };
    expect(limitOf([whole, tier, short, long, exact], asked)).toBe(5);
    expect(limitOf([whole, tier, short, long], asked)).toBe(4);
    expect(limitOf([whole, tier, short], asked)).toBe(3);
    expect(limitOf([whole, tier], asked)).toBe(2);
    expect(limitOf([whole], asked)).toBe(1);
    expect(limitOf([], asked)).toBeUndefined();
  });

  test("leaves other keys, tiers and policies alone", () => {
    const asked = { key: ["198.51.100.1"], tier: "free" };
    expect(limitOf([tier, short, long, exact], asked)).toBeUndefined();
    expect(limitOf([whole], { policy: "both", key: ["192.0.2.1", "/"] })).toBeUndefined();
  });

  test("goes on to the next when one has expired, at its very moment", () => {
    const brief = override({ key: ["192.0.2.1"], limit: 6, expiresAtMs: 2_000 });
    expect(limitOf([exact, brief], { key: ["192.0.2.1"], nowMs: 1_999 })).toBe(6);
    expect(limitOf([exact, brief], { key: ["192.0.2.1"], nowMs: 2_000 })).toBe(5);
    expect(limitOf([whole, brief], { key: ["192.0.2.1"], nowMs: 2_000 })).toBe(1);
  });

  test("takes the later of two that say something of the same", () => {
    expect(limitOf([override({ limit: 7 }), override({ limit: 8 })], { key: ["x"] })).toBe(8);
  });

  test("matches each part of a key by itself: no value can pass for two", () => {
    const parts = override({ policy: "both", key: ["192.0.2.1", "/a*"], limit: 9 });
    expect(limitOf([parts], { policy: "both", key: ["192.0.2.1", "/ab"] })).toBe(9);
    expect(limitOf([parts], { policy: "both", key: ["192.0.2.1|", "/ab"] })).toBeUndefined();
    expect(limitOf([parts], { policy: "both", key: ["192.0.2.1", "/b"] })).toBeUndefined();
    const joined = override({ policy: "both", key: ["a|b", "c"], limit: 9 });
    expect(limitOf([joined], { policy: "both", key: ["a", "b|c"] })).toBeUndefined();
  });

  test("gives a key with a missing part no more than the tier's and the policy's", () => {
    expect(limitOf([exact, short], { key: [undefined] })).toBeUndefined();
    expect(limitOf([exact, whole], { key: [undefined] })).toBe(1);
  });
});

describe("createOverrideIndex()", () => {
  test("changes what the override names and keeps the rest of the policy", () => {
    const index = createOverrideIndex(policies, [override({ burst: 40, window: "2m" })]);
    const found = findOverride(index, "api", { key: ["x"], tier: undefined, nowMs: 0 })?.policy;
    const [written] = policies;
    expect(found).toMatchObject({ limit: 60, windowMs: 120_000, settings: { limit: 60, burst: 40 } });
    expect(found?.lease).toEqual({ ttlMs: 5_000, refillPerMs: 60 / 120_000, isSmall: true });
    const more = createOverrideIndex(policies, [override({ limit: 100, burst: 40, window: "2m" })]);
    const raised = findOverride(more, "api", { key: ["x"], tier: undefined, nowMs: 0 })?.policy;
    expect(raised?.lease).toEqual({ ttlMs: 4_800, refillPerMs: 100 / 120_000 });
    const same = { settings: 0, windowMs: 0, lease: 0 };
    expect({ ...found, ...same }).toEqual({ ...written, ...same });
    expect(Object.isFrozen(found)).toBe(true);
  });

  const madeOf = (given: Partial<Override>): object | undefined => {
    const index = createOverrideIndex(policies, [override(given)]);
    return findOverride(index, given.policy ?? "api", { key: ["x"], tier: undefined, nowMs: 0 })?.policy;
  };

  test("takes all access, or counts nothing, as a configuration can", () => {
    expect(madeOf({ limit: 0 })).toMatchObject({ limit: 0, rule: { kind: "none" } });
    expect(madeOf({ limit: "unlimited" })).toMatchObject({ rule: { kind: "unlimited" } });
  });

  test("opens what the configuration closes, and leaves it closed where it says nothing of the limit", () => {
    expect(madeOf({ policy: "closed", limit: 5 })).toMatchObject({ limit: 5, rule: undefined });
    expect(madeOf({ policy: "closed", window: "2h" })).toMatchObject({ limit: 0, rule: { kind: "none" } });
  });

  test("leaves out what cannot be applied", () => {
    const foreign = override({ policy: "nobody", limit: 1 });
    const unfit = override({ burst: 0.5 });
    expect(createOverrideIndex(policies, [foreign, unfit]).size).toBe(0);
  });
});

test("findOverride() knows an IPv6 address by its network, however the override writes it", () => {
  const written = override({ key: ["2001:DB8::7"], limit: 9 });
  expect(limitOf([written], { key: ["2001:db8:0:0::/64"] })).toBe(9);
});
