// Denials that this isolate remembers: by what like requests are found, what is remembered, and what a request makes of it.

import { MARGIN_MS } from "../../core/leases/lease-terms.ts";
import { TURN_MS } from "../../core/leases/counter-leases.ts";
import { type Facts, toTier } from "../../core/keys/facts.ts";
import type { Denial, Denials } from "../../core/policies/denial-cache.ts";
import type { LimitedRoute } from "../../core/policies/limited-route.ts";
import { isPermit, type Policy } from "../../core/policies/policy.ts";
import { readClock } from "../../platform/clock.ts";
import { type CheckedLimits, UNCHECKED } from "./checked-limits.ts";
import type { PolicyRow } from "../../core/policies/policy-rows.ts";

/**
 * What like requests have in common; undefined where no denial is certain, for a policy gives something back earlier.
 * Where some requests get other limits, their counters may be the same, and a policy may count only some.
 */
export function toDenialKey(
  { index, hasVariants }: Pick<LimitedRoute, "index" | "hasVariants">,
  facts: Pick<Facts, "identity" | "standing">,
  rows: readonly PolicyRow[],
): string | undefined {
  let key = `${index} ${toTier(facts) ?? ""}`;
  for (const row of rows) {
    if (row.policy.settle !== undefined || isPermit(row.policy)) return undefined;
    if (hasVariants) key += `\n${row.policy.name} ${row.policy.plan ?? ""}`;
    // A policy's own cost may be another for each request, and so is that of a limit which follows a pool.
    key += `\n${row.cost} ${row.key}`;
  }
  return key;
}

/** A remembered denial as the answer to a request: requests with one key have the same rows, in the same order. */
export function toRemembered(
  denial: Denial,
  policies: readonly Policy[],
  rows: readonly PolicyRow[],
): CheckedLimits {
  const { answer, shadows, rememberedDenial } = denial;
  let enforcedAt = 0;
  let shadowAt = 0;
  for (const row of rows) {
    row.verdict = row.isShadow ? shadows[shadowAt] : answer.verdicts[enforcedAt];
    if (row.isShadow) shadowAt += 1;
    else enforcedAt += 1;
  }
  return { ...UNCHECKED, policies, rows, answer, shadows, rememberedDenial };
}

/**
 * Remembers a denial that is certain, and forgets what is none any more. A policy that is leased denies by its lease, and
 * reports again when it is its turn. Where the wait is longer than other isolates' leases can explain, its denial is like
 * any other.
 */
export function rememberDenial(
  key: string | undefined,
  { answer, shadows, rows }: CheckedLimits,
  { denials, sentMs }: { readonly denials: Denials; readonly sentMs: number },
): void {
  const isWhole = rows.every(({ verdict, degraded }) => verdict !== undefined && degraded === undefined);
  if (key === undefined || !isWhole) return;
  const { outcome, retryAfterMs } = answer;
  const isByLease = rows.some(
    ({ policy: { lease }, verdict }) =>
      lease !== undefined &&
      verdict?.retryAfterMs === retryAfterMs &&
      retryAfterMs < lease.ttlMs + MARGIN_MS + TURN_MS,
  );
  if (outcome === "denied" && isByLease) return;
  denials.remember(key, { answer, shadows }, { sentMs, receivedMs: readClock() });
}
