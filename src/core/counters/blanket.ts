// A blanket: what a busy object's journal says of all its keys at once. Until a time each key may have used a few units of
// each listed counter that nothing stored names. So requests of many keys need one write a second. After a crash every key
// counts as having used them; decision 20 says why that is never too little.

import * as v from "valibot";
import { type AlgorithmName, algorithms, toAlgorithm } from "../algorithms/registry.ts";
import { storedCount, storedTimeMs } from "../algorithms/stored-state.ts";
import { toRowLease } from "../leases/counter-leases.ts";
import { STANDING_MAX } from "./blanket-units.ts";
import { settleUntil } from "./decision-ring.ts";
import type { KeyCounters } from "./key-state.ts";
import { type LiveCounter, NO_ALLOWANCE } from "./write-ahead.ts";

/** How long a blanket covers, in milliseconds. */
export const COVER_MS = 1_000;

/** One counter of a blanket, by its name among those of its key. */
export interface Listed {
  readonly algorithm: AlgorithmName;
  readonly settings: unknown;
  readonly isPlanned: boolean;
  /** What any key may have used of it, or been lent. */
  readonly units: number;
  /** For how long after the blanket's end a lease that was granted under it may be spent; 0: none is. */
  readonly lentMs: number;
}

export interface Blanket {
  /** Records of this epoch and before do not say what was used under it. */
  readonly epoch: number;
  readonly untilMs: number;
  /** When the last of what may have been used under it is back. */
  readonly expiresMs: number;
  readonly counters: Readonly<Record<string, Listed>>;
}

const storedListed = v.object({
  algorithm: v.picklist(Object.keys(algorithms) as AlgorithmName[]),
  settings: v.unknown(),
  isPlanned: v.boolean(),
  units: storedCount,
  lentMs: v.optional(storedCount, 0),
});
export const storedBlanket = v.object({
  epoch: storedCount,
  untilMs: storedTimeMs,
  expiresMs: storedTimeMs,
  counters: v.record(v.string(), storedListed),
});

export function toBlanket(
  counters: ReadonlyMap<string, Listed>,
  { epoch, nowMs }: { readonly epoch: number; readonly nowMs: number },
): Blanket {
  const untilMs = nowMs + COVER_MS;
  return spread({ epoch, untilMs, counters: Object.fromEntries(counters) });
}

function spread(blanket: Omit<Blanket, "expiresMs">): Blanket {
  const { untilMs, counters } = blanket;
  const expiries = Object.values(counters).map(({ algorithm, settings, lentMs }) => {
    const { charge, expiresAtMs } = toAlgorithm(algorithm);
    const full = charge(settings, undefined, { nowMs: untilMs + lentMs, units: Number.MAX_SAFE_INTEGER });
    return expiresAtMs(settings, full);
  });
  return { ...blanket, expiresMs: Math.max(untilMs, ...expiries) };
}

/** The blankets that still count, in this object's time: one of a clock that was set back since ends soon. */
export function keepStanding(blankets: readonly Blanket[], nowMs: number): readonly Blanket[] {
  const present = blankets
    .map((blanket) =>
      blanket.untilMs <= nowMs + COVER_MS ? blanket : spread({ ...blanket, untilMs: nowMs + COVER_MS }),
    )
    .filter(({ expiresMs }) => expiresMs > nowMs);
  const tooMany = present.length - STANDING_MAX;
  if (tooMany <= 0) return present;
  const joined = present.slice(0, tooMany + 1).reduce((one, other) => join(one, other));
  return [joined, ...present.slice(tooMany + 1)];
}

function join(one: Blanket, other: Blanket): Blanket {
  const counters: Record<string, Listed> = { ...one.counters };
  for (const [name, listed] of Object.entries(other.counters)) {
    const { units = 0, lentMs = 0 } = counters[name] ?? {};
    counters[name] = { ...listed, units: listed.units + units, lentMs: Math.max(listed.lentMs, lentMs) };
  }
  return {
    epoch: Math.max(one.epoch, other.epoch),
    untilMs: Math.max(one.untilMs, other.untilMs),
    expiresMs: Math.max(one.expiresMs, other.expiresMs),
    counters,
  };
}

/** A key as a restart finds it: with what it may have used under blankets since its record. */
export function layBlankets(counters: KeyCounters, blankets: readonly Blanket[], nowMs: number): KeyCounters {
  if (blankets.length === 0) return counters;
  const live = new Map(counters.live);
  let { decisions } = counters;
  for (const blanket of blankets) {
    for (const [name, listed] of Object.entries(blanket.counters))
      live.set(name, layBlanket(live.get(name), listed, { blanket, nowMs }));
    // What was given back meanwhile may not be stored: it is not given back twice.
    decisions = settleUntil(decisions, blanket.untilMs);
  }
  return { ...counters, live, decisions };
}

/** Aside until nobody can spend it any more, like an allowance, and used then: by the limits of whoever asks. */
function layBlanket(
  known: LiveCounter | undefined,
  { algorithm, settings, isPlanned, units, lentMs }: Listed,
  { blanket: { untilMs, expiresMs }, nowMs }: { readonly blanket: Blanket; readonly nowMs: number },
): LiveCounter {
  const never = { nowMs: Math.min(nowMs, untilMs), units: 0 };
  const toNever = (): LiveCounter => {
    const state = toAlgorithm(algorithm).charge(settings, undefined, never);
    const planSettings = isPlanned ? settings : undefined;
    return {
      counter: { algorithm, state },
      planSettings,
      written: undefined,
      expiresAtMs: 0,
      ...NO_ALLOWANCE,
    };
  };
  const read = known ?? toNever();
  const before = read.ahead ?? { units: 0, untilMs: 0 };
  const ahead = { units: before.units + units, untilMs: Math.max(before.untilMs, untilMs + lentMs) };
  const expiresAtMs = Math.max(read.expiresAtMs, expiresMs);
  return { ...read, written: read.counter, ahead, leases: toRowLease(ahead), expiresAtMs };
}
