// Policies that every gateway has and that count by the client's address alone: how often it may send a credential that
// was never issued, and how often its preflights may reach an origin.

import { slidingWindow } from "../algorithms/sliding-window.ts";
import { ip } from "../keys/ip.ts";
import type { Policy } from "../policies/policy.ts";
import { deepFreeze } from "../schema/deep-freeze.ts";

/** A name that no configured policy can have: it has a colon. */
export const ATTEMPTS_POLICY = "auth:attempts";
export const PREFLIGHTS_POLICY = "cors:preflights";

interface AddressLimit {
  readonly limit: number;
  readonly windowMs: number;
}

/** Ten a second: a page that loads asks for tens at once, and its browser remembers the answers. */
export const PREFLIGHTS: AddressLimit = { limit: 600, windowMs: 60_000 };

export function toAddressPolicy(name: string, { limit, windowMs }: AddressLimit): Policy {
  const options = { limit, window: `${windowMs}ms` };
  const settings = slidingWindow.parseConfig(options);
  return deepFreeze({
    name,
    algorithm: "sliding-window",
    settings: settings.ok ? settings.value : undefined,
    options,
    limit,
    rule: undefined,
    windowMs,
    key: [{ label: "ip", argument: "", read: ip.read }],
    onMissing: "shared",
    onError: "local",
    timeoutMs: 500,
    enforcePercent: 100,
    cost: undefined,
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
