import { expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { toAlgorithm } from "../../../src/core/algorithms/registry.ts";
import { widenWindows } from "../../../src/core/outbound/widen-windows.ts";
import type { Policy } from "../../../src/core/policies/policy.ts";

function parse(policies: Readonly<Record<string, object>>): readonly Policy[] {
  const config = {
    origin: "https://api.example.com",
    policies,
    routes: [{ path: "/*", policies: Object.keys(policies) }],
  };
  const parsed = parseConfig(config, {});
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value.routes[0]?.policies ?? [];
}

const log = { algorithm: "sliding-window-log", limit: 1, window: "3s", key: "everyone" };

test("widenWindows() lets a counter admit nothing before the origin's window has ended for the latest call", () => {
  const [policy] = widenWindows(parse({ log }), () => 40);
  if (policy === undefined) throw new Error("there is one");
  const { decide } = toAlgorithm(policy.algorithm);
  const taken = decide(policy.settings, undefined, { nowMs: 0, cost: 1 });
  const state = taken.outcome === "allowed" ? taken.state : undefined;
  const outcomes = [3_000, 3_039, 3_040].map(
    (nowMs) => decide(policy.settings, state, { nowMs, cost: 1 }).outcome,
  );
  expect(outcomes).toEqual(["denied", "denied", "allowed"]);
});

test("widenWindows() leaves all but logs as they are, and makes nothing anew where there are none", () => {
  const others = parse({
    bucket: { ...log, algorithm: "token-bucket", burst: 1 },
    window: { ...log, algorithm: "sliding-window" },
    permits: { algorithm: "concurrency", limit: 1, key: "everyone" },
  });
  expect(widenWindows(others, () => 40)).toBe(others);
  const [bucket, widened] = widenWindows([...others.slice(0, 1), ...parse({ log })], () => 40);
  expect(bucket).toBe(others[0]);
  expect(widened?.settings).toEqual({ limit: 1, windowMs: 3_040 });
});
