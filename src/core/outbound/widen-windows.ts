// The windows of a pool's policies as its counters are asked by them: longer by what calls may have been late at the origin,
// whose window begins when a call arrives there. A call that the counter admits when its own window has just ended would
// else come before the origin's has. Pure.

import type { Policy } from "../policies/policy.ts";

/**
 * Only logs count each call by its own time, so that a window may be another with each question. The others' windows begin
 * when they like, and who waits for them waits longer instead.
 */
export function isWidened({ algorithm, lease }: Pick<Policy, "algorithm" | "lease">): boolean {
  return algorithm === "sliding-window-log" && lease === undefined;
}

export function widenWindows(
  policies: readonly Policy[],
  toMarginMs: (policy: Policy) => number,
): readonly Policy[] {
  if (!policies.some(isWidened)) return policies;
  return policies.map((policy) => {
    if (!isWidened(policy) || policy.windowMs === undefined) return policy;
    const settings = policy.settings as { readonly limit: number; readonly windowMs: number };
    const windowMs = settings.windowMs + toMarginMs(policy);
    return { ...policy, settings: { ...settings, windowMs } };
  });
}
