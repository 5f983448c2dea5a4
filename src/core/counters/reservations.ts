// What decisions in flight have of one key: units that they have reserved, and units that they have committed here and may
// still give back. In memory only.

import type { KeyCounters } from "./key-state.ts";
import type { Check, CheckVerdict, CounterReply, CrossedPercent } from "./counter-messages.ts";

/**
 * How long units stay reserved for a decision that several objects make together. It is also how long another object may
 * deny the commit: what a gateway has not finished by then it has given up.
 */
export const RESERVED_MS = 5_000;

export interface Reservation {
  readonly units: ReadonlyMap<string, number>;
  /** When a queue lets the request go on, by policy: the delays of those behind it lead past it. */
  readonly placesMs: ReadonlyMap<string, number>;
  readonly expiresAtMs: number;
}

/** A commit that no gateway has confirmed: it may still be cancelled. */
export interface Provisional {
  readonly units: ReadonlyMap<string, number>;
  readonly takenAtMs: number;
}

/** A share that was crossed is not crossed again before this, though units come back and are taken anew. */
export interface NotedCrossing {
  readonly percent: CrossedPercent;
  readonly untilMs: number;
}

/** All that an object knows of one key. */
export interface KeyMemory {
  counters: KeyCounters;
  readonly reservations: Map<string, Reservation>;
  readonly provisional: Map<string, Provisional>;
  /** By policy, the latest place in a queue that was given. */
  readonly lastPlacesMs: Map<string, number>;
  /** By policy, when an operator last reset it; undefined: none was. */
  resetsMs?: ReadonlyMap<string, number>;
  /** By policy, the share of its quota that was crossed last; undefined: none was. */
  crossed?: ReadonlyMap<string, NotedCrossing>;
}

/** A key as its row has it: what was committed before a reset may be cancelled after it. */
export function createKeyMemory(counters: KeyCounters): KeyMemory {
  const recent = [...(counters.decisions?.recent ?? [])].filter(([, { isSettled }]) => !isSettled);
  return { counters, reservations: new Map(), provisional: new Map(recent), lastPlacesMs: new Map() };
}

export function noteReset(memory: KeyMemory, policies: readonly string[], nowMs: number): void {
  const resets = policies.map((policy) => [policy, nowMs] as const);
  // oxlint-disable-next-line no-param-reassign -- it is what changes in place
  memory.resetsMs = new Map([...(memory.resetsMs ?? []), ...resets]);
  // oxlint-disable-next-line no-param-reassign -- as above
  memory.crossed = new Map([...(memory.crossed ?? [])].filter(([policy]) => !policies.includes(policy)));
}

/** Units that decisions in flight have reserved of a check's policy, and that are left to others. Drops reservations that have expired. */
export function toReservedUnits(
  { reservations }: KeyMemory,
  { policy, asideUnits = 0 }: Pick<Check, "policy" | "asideUnits">,
  nowMs: number,
): number {
  let reserved = asideUnits;
  for (const [id, reservation] of reservations) {
    if (reservation.expiresAtMs <= nowMs) reservations.delete(id);
    else reserved += reservation.units.get(policy) ?? 0;
  }
  return reserved;
}

/** Notes when queues let a request go on. */
export function addPlaces({ lastPlacesMs }: KeyMemory, placesMs: Reservation["placesMs"]): void {
  for (const [policy, placeMs] of placesMs)
    lastPlacesMs.set(policy, Math.max(placeMs, lastPlacesMs.get(policy) ?? 0));
}

/** Whether others have a place in the policy's queue behind this one. */
export function isPassed(
  { lastPlacesMs }: KeyMemory,
  policy: string,
  placesMs: Reservation["placesMs"],
): boolean {
  return (placesMs.get(policy) ?? Infinity) < (lastPlacesMs.get(policy) ?? 0);
}

/** Units of a policy that may still be cancelled, and when the last of them were taken. */
export function toProvisionalUnits(
  { provisional }: KeyMemory,
  policy: string,
  nowMs: number,
): { readonly units: number; readonly takenAtMs: number } {
  let units = 0;
  let takenAtMs = 0;
  for (const [id, commit] of provisional) {
    if (commit.takenAtMs + RESERVED_MS <= nowMs) provisional.delete(id);
    else {
      units += commit.units.get(policy) ?? 0;
      takenAtMs = Math.max(takenAtMs, commit.takenAtMs);
    }
  }
  return { units, takenAtMs };
}

/** When queues let the request go on, by policy. */
export function toPlaces({ verdicts, takenAtMs }: CounterReply): Reservation["placesMs"] {
  const placesMs = new Map<string, number>();
  for (const { policy, delayMs } of verdicts)
    if (delayMs !== undefined) placesMs.set(policy, takenAtMs + delayMs);
  return placesMs;
}

/** Lets an allowed request go on at the place that it reserved: others have come behind it since. */
export function keepPlace(
  verdict: CheckVerdict,
  placesMs: Reservation["placesMs"],
  nowMs: number,
): CheckVerdict {
  const placeMs = placesMs.get(verdict.policy);
  if (placeMs === undefined || verdict.delayMs === undefined) return verdict;
  return { ...verdict, delayMs: Math.max(0, placeMs - nowMs) };
}
