// The policy that every gateway has: how often one address may send a credential that was never issued.

import { slidingWindow } from "../algorithms/sliding-window.ts";
import { ip } from "../keys/ip.ts";
import type { AuthSettings } from "../consumers/auth-schema.ts";
import type { Policy } from "../policies/policy.ts";
import { deepFreeze } from "../schema/deep-freeze.ts";

/** A name that no configured policy can have: it has a colon. */
export const ATTEMPTS_POLICY = "auth:attempts";

export function toAttemptsPolicy({ limit, window: windowMs }: AuthSettings["attempts"]): Policy {
  const options = { limit, window: `${windowMs}ms` };
  const settings = slidingWindow.parseConfig(options);
  return deepFreeze({
    name: ATTEMPTS_POLICY,
    algorithm: "sliding-window",
    settings: settings.ok ? settings.value : undefined,
    options,
    limit,
    windowMs,
    key: [{ label: "ip", argument: "", read: ip.read }],
    onMissing: "shared",
    onError: "local",
    timeoutMs: 500,
    enforcePercent: 100,
    settle: undefined,
    ban: undefined,
    plan: undefined,
    variantName: "",
    consistency: "exact",
    lease: undefined,
    variants: [],
    tiers: new Map(),
  });
}
