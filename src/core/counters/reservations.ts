// What decisions in flight have to do with one key: units that they hold, and units that they committed here and may
// still give back. In memory only.

import type { KeyCounters } from "./key-state.ts";
import type { CheckVerdict, CounterReply } from "./counter-messages.ts";

/**
 * How long units stay aside for a decision that several objects take together. As long as another object may refuse the
 * commit, too: what a gateway has not finished by then it has given up.
 */
export const HOLD_MS = 5_000;

export interface Hold {
  readonly units: ReadonlyMap<string, number>;
  /** When a queue lets the request go on, by policy: those behind it were told to go on after it. */
  readonly placesMs: ReadonlyMap<string, number>;
  readonly expiresAtMs: number;
}

/** A commit that no gateway has confirmed: it may still be released. */
export interface Provisional {
  readonly units: ReadonlyMap<string, number>;
  readonly takenAtMs: number;
}

/** All that is known of one key. */
export interface Entry {
  counters: KeyCounters;
  readonly holds: Map<string, Hold>;
  readonly provisional: Map<string, Provisional>;
  /** By policy, the latest place in a queue that anyone was told. */
  readonly lastPlacesMs: Map<string, number>;
}

/** A key as its row has it: what was committed before a reset may be released after it. */
export function toEntry(counters: KeyCounters): Entry {
  const recent = [...(counters.decisions?.recent ?? [])].filter(([, { isSettled }]) => !isSettled);
  return { counters, holds: new Map(), provisional: new Map(recent), lastPlacesMs: new Map() };
}

/** Units of a policy that decisions in flight hold. Holds that expired are forgotten. */
export function toHeldUnits({ holds }: Entry, policy: string, nowMs: number): number {
  let held = 0;
  for (const [id, hold] of holds) {
    if (hold.expiresAtMs <= nowMs) holds.delete(id);
    else held += hold.units.get(policy) ?? 0;
  }
  return held;
}

/** Takes down when queues let a request go on. */
export function addPlaces({ lastPlacesMs }: Entry, placesMs: Hold["placesMs"]): void {
  for (const [policy, placeMs] of placesMs)
    lastPlacesMs.set(policy, Math.max(placeMs, lastPlacesMs.get(policy) ?? 0));
}

/** Units of a policy that may still be released, and when the last of them were taken. */
export function toProvisionalUnits(
  { provisional }: Entry,
  policy: string,
  nowMs: number,
): { readonly units: number; readonly takenAtMs: number } {
  let units = 0;
  let takenAtMs = 0;
  for (const [id, commit] of provisional) {
    if (commit.takenAtMs + HOLD_MS <= nowMs) provisional.delete(id);
    else {
      units += commit.units.get(policy) ?? 0;
      takenAtMs = Math.max(takenAtMs, commit.takenAtMs);
    }
  }
  return { units, takenAtMs };
}

/** When queues let the request go on, by policy. */
export function toPlaces({ verdicts, takenAtMs }: CounterReply): Hold["placesMs"] {
  const delayed = verdicts.flatMap(({ policy, delayMs }) =>
    delayMs === undefined ? [] : [[policy, takenAtMs + delayMs] as const],
  );
  return new Map(delayed);
}

/** An allowed request goes on at the place that it held: others have come behind it since. */
export function keepPlace(verdict: CheckVerdict, placesMs: Hold["placesMs"], nowMs: number): CheckVerdict {
  const placeMs = placesMs.get(verdict.policy);
  if (placeMs === undefined || verdict.delayMs === undefined) return verdict;
  return { ...verdict, delayMs: Math.max(0, placeMs - nowMs) };
}
