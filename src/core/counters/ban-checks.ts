// What denials do to the bans of one key: they count for policies with a ban, and the last of so many makes one.

import { countDenials, shortenBan, toBanMs } from "./ban.ts";
import type { Change } from "./key-counters.ts";
import type { KeyCounters } from "./key-state.ts";
import type { Check, Refused } from "./counter-messages.ts";
import type { KeyMemory } from "./reservations.ts";

/** Denials that count for policies with a ban. */
export interface Denials {
  readonly policies: ReadonlySet<string>;
  readonly count: number;
  /** How long ago they were. */
  readonly agoMs: number;
}

/** For so long after a reset isolates may still deny by what they remember, and report it later: none of that counts. */
const LATE_DENIALS_MS = 2_000;

/** What an isolate denied by itself, without what an operator's reset of a policy has made void. */
export function toLateDenials(
  { policies, ...denials }: Refused,
  memories: readonly KeyMemory[],
  nowMs: number,
): Denials {
  const sinceMs = nowMs - denials.agoMs - LATE_DENIALS_MS;
  const isVoid = (policy: string): boolean =>
    memories.some(({ resetsMs }) => (resetsMs?.get(policy) ?? -Infinity) >= sinceMs);
  return { ...denials, policies: new Set(policies.filter((policy) => !isVoid(policy))) };
}

/** How long the key is still banned for by this check's policy, under its settings of today. */
export function toCheckBanMs({ bans }: KeyCounters, { policy, ban }: Check, nowMs: number): number {
  const stored = bans.get(policy);
  return ban === undefined || stored === undefined ? 0 : toBanMs(shortenBan(ban, stored), nowMs);
}

export function isBanning({ policy, ban, isShadow }: Check, { policies }: Denials): boolean {
  return ban !== undefined && isShadow !== true && policies.has(policy);
}

export function banChecks(
  counters: KeyCounters,
  checks: readonly Check[],
  { denials, nowMs }: { readonly denials: Denials; readonly nowMs: number },
): Change {
  const bans = new Map(counters.bans);
  let isNew = false;
  for (const check of checks) {
    const { policy, ban } = check;
    if (ban === undefined || !isBanning(check, denials)) continue;
    const stored = bans.get(policy);
    const before = stored === undefined ? undefined : shortenBan(ban, stored);
    const after = countDenials(ban, before, { nowMs: nowMs - denials.agoMs, denials: denials.count });
    bans.set(policy, { ...after, settings: ban });
    // Only a new ban is worth a row: denials below it are in memory only.
    isNew ||= toBanMs(after, nowMs) > 0 && toBanMs(before, nowMs) === 0;
  }
  return { counters: { ...counters, bans }, mustWrite: isNew, used: isNew ? undefined : [] };
}
