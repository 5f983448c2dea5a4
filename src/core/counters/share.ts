// A Worker instance's (isolate's) share of one counter, by which it decides while the counter object does not answer: what
// it is made of, and its settings.

import { toAlgorithm } from "../algorithms/registry.ts";
import type { LruMap } from "../lru-map.ts";
import type { Check } from "./counter-messages.ts";
import { toCounterName } from "./plans.ts";

/** An instance that has never heard of a key takes this part of its limit for itself. */
export const STRANGERS = 8;
/** What an object said is worth nothing after so long: others may have used it up. */
export const HEARD_MS = 60_000;

/** What one counter's share is made of. */
export interface Share {
  /** Instances that divide the limit among themselves. */
  readonly askers: number;
  /** What the object said was left, without what this instance owes it. undefined: it never spoke of this key. */
  readonly remaining: number | undefined;
  readonly heardMs: number;
  /** The object's own time of that. */
  readonly takenAtMs: number;
  /** Whether the share is in use: the object has not spoken since. */
  isUsed: boolean;
  /** What the instances of this data centre were last told is left of it; undefined: nothing yet. */
  told?: { readonly left: number; readonly atMs: number };
}

/** By toShareName(). */
export type Shares = LruMap<string, Share>;

/** undefined: this instance knows nothing of the counter. */
export function findShare(shares: Shares, name: string, nowMs: number): Share | undefined {
  const known = shares.get(name);
  return known !== undefined && (known.isUsed || nowMs - known.heardMs < HEARD_MS) ? known : undefined;
}

export function toShareName(key: string, check: Pick<Check, "policy" | "plan">): string {
  return `${toCounterName(check)}\n${key}`;
}

/** Units that are held until they are given back: nobody can be charged for them later. */
export function isHeld({ algorithm }: Pick<Check, "algorithm">): boolean {
  return toAlgorithm(algorithm).toHeldMs !== undefined;
}

/** Settings that admit a part of what `settings` admit, or `least`; undefined when that is nothing. */
export function divideSettings(settings: unknown, parts: number, least: number): unknown {
  const whole = settings as { readonly limit: number; readonly burst?: number };
  const divide = (units: number): number => Math.max(least, Math.floor(units / parts));
  const limit = divide(whole.limit);
  const burst = whole.burst === undefined ? undefined : divide(whole.burst);
  if (limit === 0 || burst === 0) return undefined;
  return burst === undefined ? { ...whole, limit } : { ...whole, limit, burst };
}
