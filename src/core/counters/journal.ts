// Decides which changes of a busy counter object need no write of their own: a blanket covers them, and the next write
// names all keys that used it. Where an object is quiet, or a key is heavy, rows are written as without it.
//
// At any moment, what storage says of a key, as a restart reads it, is at least what it has used: a key that was named, by
// its record; since then by no more than the open blanket, which each write closes in the commit that names whoever used it.

import type { AlgorithmName } from "../algorithms/registry.ts";
import { type Blanket, keepStanding, layBlankets, type Listed, toBlanket } from "./blanket.ts";
import { toBlanketUnits } from "./blanket-units.ts";
import { writeRow } from "./counter-row.ts";
import { JournalSlots, type JournalStore } from "./journal-slots.ts";
import type { KeyCounters } from "./key-state.ts";
import { CLAIMED, type Planned, toCounterName } from "./plans.ts";
import type { KeyMemory } from "./reservations.ts";

/** What a change used of one counter. */
export interface Used {
  readonly counterName: string;
  readonly algorithm: AlgorithmName;
  readonly settings: unknown;
  readonly isPlanned: boolean;
  /** What was granted is among them. */
  readonly units: number;
  /** How long what was granted may be spent; 0: nothing was. */
  readonly lentMs: number;
  /** The allowance that its own row would have from here on. */
  readonly allowanceUnits: number;
}

/** What a change of a key says of its writing. */
export interface Naming {
  /** Without a blanket a row must be written before the answer may leave. */
  readonly mustWrite: boolean;
  /** undefined: no blanket covers such a change. */
  readonly used?: readonly Used[] | undefined;
}

/**
 * An object is busy, and a blanket is opened, after so many rows that one would have covered in so long. The first of a key
 * counts twice: it will be deleted.
 */
const BUSY_ROWS = 9;
const BUSY_MS = 2_000;
/** A blanket that has saved fewer writes than this is not opened again. */
const SAVED_MIN = 2;
const PAUSE_MS = 4_000;
const DIRTY_MAX = 2_000;
/** Keys in slots. Of an object with more, the others have rows. */
const KEYS_MAX = 100_000;
const LISTED_MAX = 32;

interface DirtyKey {
  readonly memory: KeyMemory;
  /** Of the blanket, that it has used since it was named: at most 1. */
  readonly share: number;
  /** Writes that it would have needed without. */
  readonly saved: number;
}

export class Journal {
  readonly slots: JournalSlots;
  /** The object's time: of the change that is being made. */
  nowMs: number;
  #epoch: number;
  #open: Blanket | undefined;
  #standing: readonly Blanket[];
  readonly #dirty = new Map<string, DirtyKey>();
  /** No blanket is opened before: the last one did not pay. */
  #pausedUntilMs = 0;
  /** When the last writes were that a blanket would have covered. */
  #writesMs: readonly number[] = [];
  #seen = new Map<string, Listed>();
  #seenBefore: ReadonlyMap<string, Listed> = new Map();

  constructor(store: JournalStore, nowMs: number) {
    this.nowMs = nowMs;
    this.slots = new JournalSlots(store);
    const { epoch = 0, open, standing = [] } = this.slots.found ?? {};
    this.#standing = keepStanding(open === undefined ? standing : [...standing, open], nowMs);
    this.#epoch = epoch + 1;
  }

  /** Records that are written now are of this epoch. */
  get epoch(): number {
    return this.#epoch;
  }

  /** When tick() is due; undefined: it is not. */
  get wakeMs(): number | undefined {
    return this.#open?.untilMs;
  }

  /** Until when the journal says something that a restart needs. */
  get neededUntilMs(): number {
    return Math.max(
      this.#open?.expiresMs ?? 0,
      this.slots.expiresMs,
      ...this.#standing.map(({ expiresMs }) => expiresMs),
    );
  }

  /** A key that nothing stored names in its present state. */
  findDirty(key: string): KeyMemory | undefined {
    return this.#dirty.get(key)?.memory;
  }

  /** What was read of a key, with what it may have used since a record of that epoch. */
  lay(counters: KeyCounters, epoch: number): KeyCounters {
    if (this.#standing.length === 0) return counters;
    const later = this.#standing.filter((blanket) => blanket.epoch >= epoch);
    return layBlankets(counters, later, this.nowMs);
  }

  /** Whether a change needs no write now. */
  covers(key: string, memory: KeyMemory, naming: Naming): boolean {
    const known = this.#dirty.get(key);
    const { mustWrite, used } = naming;
    if (!mustWrite && known === undefined) return true;
    if (used === undefined || (mustWrite && !(this.#isOpen && isLight(used)))) return false;
    const before = known ?? { share: 0, saved: 0 };
    const share = before.share + this.#toShare(used);
    if (!(share <= 1) || this.#dirty.size >= DIRTY_MAX) return false;
    this.#see(used);
    this.#dirty.set(key, { memory, share, saved: before.saved + Number(mustWrite) });
    return true;
  }

  /** Units of a counter that the open blanket still covers for a key; undefined: it does not cover that counter. */
  toRoom(key: string, planned: Planned): number | undefined {
    const listed = this.#isOpen ? this.#open?.counters[toCounterName(planned)] : undefined;
    if (listed?.algorithm !== planned.algorithm) return undefined;
    return Math.floor(toCovered(listed, planned) * (1 - (this.#dirty.get(key)?.share ?? 0)));
  }

  /** Notes a write that had to be made. Answers whether it is to be the journal's, which then opens a blanket. */
  isOpening({ used }: Naming, isFirst: boolean): boolean {
    if (!isCoverable(used)) return false;
    this.#see(used ?? []);
    const since = this.#writesMs.filter((atMs) => atMs > this.nowMs - BUSY_MS && atMs <= this.nowMs);
    const rows = isFirst ? [this.nowMs, this.nowMs] : [this.nowMs];
    this.#writesMs = [...since, ...rows].slice(-BUSY_ROWS);
    if (this.#isOpen || this.nowMs < this.#pausedUntilMs) return false;
    return this.#writesMs.length >= BUSY_ROWS && this.#hasRoom();
  }

  /** Opens a blanket in the write that names this key, and all that are dirty. */
  open(key: string, counters: KeyCounters): void {
    this.#write([{ key, counters }], true);
  }

  /** A row has the key. */
  noteRow(key: string): void {
    this.#dirty.delete(key);
    this.slots.forget(key);
  }

  /** At a blanket's end: the next write, or the one that names who used it and opens none. */
  tick(nowMs: number): void {
    this.nowMs = nowMs;
    if (this.#open === undefined || nowMs < this.#open.untilMs) return;
    let saved = 0;
    for (const dirty of this.#dirty.values()) saved += dirty.saved;
    const pays = saved >= SAVED_MIN;
    this.#write([], pays && this.#hasRoom());
    if (!pays) this.#pausedUntilMs = nowMs + PAUSE_MS;
  }

  get #isOpen(): boolean {
    return this.#open !== undefined && this.nowMs < this.#open.untilMs;
  }

  #hasRoom(): boolean {
    return this.slots.size + this.#dirty.size < KEYS_MAX;
  }

  #write(
    others: readonly { readonly key: string; readonly counters: KeyCounters }[],
    isOpening: boolean,
  ): void {
    const { nowMs } = this;
    const epoch = this.#epoch + 1;
    const toName = new Map<string, KeyCounters>();
    for (const [key, { memory }] of this.#dirty) toName.set(key, memory.counters);
    for (const { key, counters } of others) toName.set(key, counters);
    const named = [...toName].map(([key, counters]) => {
      const { text, expiresAtMs } = writeRow(counters, epoch);
      return { key, text, expiresAtMs };
    });
    const listed = new Map(joinSeen(this.#seenBefore, this.#seen).slice(-LISTED_MAX));
    const open = isOpening ? toBlanket(listed, { epoch, nowMs }) : undefined;
    const standing = keepStanding(this.#standing, nowMs);
    this.slots.write({ epoch, open, standing }, named, nowMs);
    this.#epoch = epoch;
    this.#open = open;
    this.#standing = standing;
    this.#dirty.clear();
    this.#seenBefore = this.#seen;
    this.#seen = new Map();
  }

  #see(used: readonly Used[]): void {
    for (const { counterName, algorithm, settings, isPlanned, lentMs } of used) {
      const units = toBlanketUnits(algorithm, settings);
      if (units === 0 || counterName.includes(CLAIMED)) continue;
      const lentBeforeMs = this.#seen.get(counterName)?.lentMs ?? 0;
      this.#seen.set(counterName, {
        algorithm,
        settings,
        isPlanned,
        units,
        lentMs: Math.max(lentMs, lentBeforeMs),
      });
    }
  }

  /** Of what the open blanket covers for one key. Infinity: it does not cover all of it. */
  #toShare(used: readonly Used[]): number {
    let share = 0;
    for (const { counterName, algorithm, settings, units, lentMs } of used) {
      if (units === 0 && lentMs === 0) continue;
      const listed = this.#isOpen ? this.#open?.counters[counterName] : undefined;
      // What is lent anew is spent later than the blanket counts it, or than a lease that it does not know of.
      if (listed?.algorithm !== algorithm || lentMs > listed.lentMs) return Infinity;
      const covered = toCovered(listed, { algorithm, settings });
      share += covered === 0 ? Infinity : units / covered;
    }
    return share;
  }
}

function toCovered(listed: Listed, { algorithm, settings }: Pick<Planned, "algorithm" | "settings">): number {
  return Math.min(listed.units, toBlanketUnits(algorithm, settings));
}

function joinSeen(
  before: ReadonlyMap<string, Listed>,
  seen: ReadonlyMap<string, Listed>,
): readonly (readonly [string, Listed])[] {
  const now = [...seen].map(([name, listed]) => {
    const lentMs = Math.max(listed.lentMs, before.get(name)?.lentMs ?? 0);
    return [name, { ...listed, lentMs }] as const;
  });
  return [...[...before].filter(([name]) => !seen.has(name)), ...now];
}

/** Whether an open blanket would have covered it: of a young key's lease, as much as it covers (grant-leases.ts). */
function isCoverable(used: readonly Used[] | undefined): boolean {
  return used?.every((one) => isLight([one]) || (one.lentMs > 0 && one.allowanceUnits === 0)) === true;
}

/** Whether a blanket may cover it, and should: the row of a heavy key covers more than a blanket would. */
function isLight(used: readonly Used[] | undefined): boolean {
  return (
    used?.every(({ algorithm, settings, units, allowanceUnits }) => {
      const covered = toBlanketUnits(algorithm, settings);
      return units <= covered && allowanceUnits <= 2 * covered;
    }) === true
  );
}
