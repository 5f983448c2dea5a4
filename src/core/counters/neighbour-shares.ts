// What Worker instances (isolates) of one data centre tell each other of their shares while a counter object does not answer:
// how much one has left. One that has never heard of a counter begins with no more than that, instead of an eighth of the
// limit for each new instance. A text has no time in it: clocks differ, and one that is behind would give back what has not
// come back yet. Pure; whoever keeps the texts drops them after TOLD_MS.

import type { CheckVerdict, KeyChecks } from "./counter-messages.ts";
import {
  divideSettings,
  findShare,
  HEARD_MS,
  isHeld,
  type Share,
  type Shares,
  STRANGERS,
  toShareName,
} from "./share.ts";

/** A share that is in use is told of once in so long, and at once when it is gone. */
const TELL_MS = 1_000;
/** How long a text is worth reading: whoever keeps it must keep it no longer. */
export const TOLD_MS = HEARD_MS;

/** A share's name, and the text that says what is left of it. */
export interface Told {
  readonly name: string;
  readonly text: string;
}

interface Divided {
  readonly keys: readonly KeyChecks[];
  readonly nowMs: number;
}

/** Names of the counters that this instance knows nothing of. */
export function findStrange(shares: Shares, { keys, nowMs }: Divided): readonly string[] {
  return toNames(keys).flatMap(({ name }) => (findShare(shares, name, nowMs) === undefined ? [name] : []));
}

/** What should be told after a decision: of shares of which half is gone. Of the others, an eighth is not too much. */
export function toTold(
  shares: Shares,
  { keys, nowMs, verdicts }: Divided & { readonly verdicts: readonly CheckVerdict[] },
): readonly Told[] {
  return toNames(keys).flatMap(({ name, check }) => {
    const share = shares.get(name);
    const left = verdicts.find(({ policy }) => policy === check.policy)?.remaining;
    if (share === undefined || left === undefined || !isNews(share, left, nowMs)) return [];
    const { limit = 0, burst = limit } = (divideSettings(check.settings, share.askers, 0) ?? {}) as Sizes;
    if (left > burst / 2) return [];
    share.told = { left, atMs: nowMs };
    return [{ name, text: [left, share.askers].join(" ") }];
  });
}

function isNews({ told }: Share, left: number, nowMs: number): boolean {
  return told === undefined || nowMs - told.atMs >= TELL_MS || (left === 0 && told.left > 0);
}

interface Sizes {
  readonly limit?: number;
  readonly burst?: number;
}

/**
 * Begins a share as one that is told of, with what was left of that. What has come back since is not added: a share that is
 * in use is told of each second.
 */
export function inherit(shares: Shares, { name, text }: Told, nowMs: number): void {
  const [left, told] = text.split(" ", 2).map(Number);
  if (left === undefined || told === undefined) return;
  if (!(left >= 0 && told >= 1) || findShare(shares, name, nowMs) !== undefined) return;
  // Where few share a limit, one more must not take as much as each of them.
  const askers = Math.max(STRANGERS, told);
  shares.set(name, { askers, remaining: left * askers, heardMs: nowMs, takenAtMs: 0, isUsed: false });
}

function toNames(keys: readonly KeyChecks[]): { name: string; check: KeyChecks["checks"][number] }[] {
  return keys.flatMap(({ key, checks }) =>
    checks.filter((check) => !isHeld(check)).map((check) => ({ name: toShareName(key, check), check })),
  );
}
