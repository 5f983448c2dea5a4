// Overrides that a new configuration leaves without effect.

import { expect, test } from "vitest";
import type { Config } from "../../../src/core/config/config.ts";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import type { Override } from "../../../src/core/control/entries.ts";
import { findEndedOverrides } from "../../../src/core/control/find-ended-overrides.ts";

const HOURLY = { algorithm: "sliding-window", limit: 5, window: "1h", key: "ip" };

function toConfig(policies: Readonly<Record<string, object>>, tiers = {}): Config {
  const routes = [{ path: "/*", auth: "required", policies: Object.keys(policies) }];
  const parsed = parseConfig({ origin: "zone", policies, tiers, routes });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

const before = toConfig(
  { plan: HOURLY, api: { ...HOURLY, algorithm: "token-bucket" } },
  { pro: { plan: { limit: 50 } }, free: { plan: { limit: 2 } } },
);
const after = toConfig({ api: HOURLY, plans: HOURLY }, { pro: { plans: { limit: 50 } } });

let made = 0;
function find(given: Partial<Override>): readonly string[] {
  made += 1;
  const override = {
    id: `o${made}`,
    revision: 1,
    createdAtMs: 1,
    policy: "api",
    reason: "because",
    ...given,
  };
  const found = findEndedOverrides([override], { before, after, nowMs: 1_000 });
  for (const { path } of found) expect(path).toBe(`overrides.o${made}`);
  return found.map(({ message }) => message);
}

test("findEndedOverrides() names those whose policy, tier or option is gone", () => {
  expect(find({ policy: "plan", limit: 9 })).toEqual([
    'is for everybody of policy "plan", and has no effect with this configuration: policy must name a policy, received "plan"; did you mean "plans"?',
  ]);
  expect(find({ tier: "free", limit: 9 })).toEqual([
    expect.stringMatching(
      /^is for tier "free" of policy "api", .*: tier must be a tier of the configuration: pro/,
    ),
  ]);
  expect(find({ key: ["192.0.2.1"], burst: 9 })).toEqual([
    expect.stringMatching(
      /^is for key "192\.0\.2\.1" of policy "api", .*: burst sliding-window takes no burst/,
    ),
  ]);
});

test("findEndedOverrides() says nothing of those that go on, are over, or had no effect before", () => {
  expect(find({ limit: 9 })).toEqual([]);
  expect(find({ tier: "pro", limit: 0 })).toEqual([]);
  expect(find({ policy: "plan", limit: 9, expiresAtMs: 1_000 })).toEqual([]);
  expect(find({ policy: "later", limit: 9 })).toEqual([]);
});
