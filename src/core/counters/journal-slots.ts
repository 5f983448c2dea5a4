// The slots of a counter object's journal: each holds the records of all keys that one write names. A slot is written over
// when all its records have expired or were named later, so nothing is ever deleted.

import * as v from "valibot";
import { storedCount, storedTimeMs } from "../algorithms/stored-state.ts";
import { LruMap } from "../lru-map.ts";
import { type Blanket, storedBlanket } from "./blanket.ts";

/** The journal as storage has it: synchronous. All slots of one `write` are written, or none. */
export interface JournalStore {
  readonly list: () => readonly { readonly slot: number; readonly head: string }[];
  readonly read: (slot: number) => string | undefined;
  readonly write: (slots: readonly StoredSlot[]) => void;
}

export interface StoredSlot {
  readonly slot: number;
  readonly head: string;
  /** A line each, in the order of the head's keys. */
  readonly records: string;
}

export interface NamedKey {
  readonly key: string;
  readonly text: string;
  readonly expiresAtMs: number;
}

/** What each write says of the object besides. */
export interface JournalState {
  readonly epoch: number;
  readonly open: Blanket | undefined;
  readonly standing: readonly Blanket[];
}

const storedHead = v.object({
  epoch: storedCount,
  open: v.optional(storedBlanket),
  standing: v.array(storedBlanket),
  expiresMs: storedTimeMs,
  keys: v.array(v.string()),
});

interface Slot {
  readonly epoch: number;
  readonly keys: readonly string[];
  readonly expiresMs: number;
  /** Keys whose newest record it has. */
  live: number;
}

/** Characters in a slot; a row of SQLite holds 2 MB. */
const CHARS_MAX = 400_000;
/** With so many in use the oldest are written together. */
const SLOTS_MAX = 256;
const JOINED = 64;
/** Slots whose records are kept as lines, after one of them was read. */
const READ_MAX = 8;

export class JournalSlots {
  readonly #store: JournalStore;
  readonly #slots = new Map<number, Slot>();
  readonly #index = new Map<string, number>();
  readonly #lines = new LruMap<number, readonly string[]>(READ_MAX);
  /** As the last write left it; undefined: nothing was ever written. */
  readonly found: JournalState | undefined;
  /** Slots that could not be read. */
  readonly damaged: number;

  constructor(store: JournalStore) {
    this.#store = store;
    const read = store.list().map(({ slot, head }) => ({ slot, head: parseHead(head) }));
    const heads = read.flatMap(({ slot, head }) => (head === undefined ? [] : [{ slot, ...head }]));
    heads.sort((one, other) => one.epoch - other.epoch);
    for (const { slot, ...head } of heads) this.#hold(slot, head);
    this.damaged = read.length - heads.length;
    const last = heads.at(-1);
    this.found = last && { epoch: last.epoch, open: last.open, standing: last.standing };
  }

  /** Keys whose newest record is here, as far as no row is newer. */
  get size(): number {
    return this.#index.size;
  }

  /** When the last record expires; 0: there is none. */
  get expiresMs(): number {
    return Math.max(0, ...[...this.#slots.values()].map(({ live, expiresMs }) => (live > 0 ? expiresMs : 0)));
  }

  read(key: string): string | undefined {
    const slot = this.#index.get(key);
    if (slot === undefined) return undefined;
    const at = this.#slots.get(slot)?.keys.indexOf(key) ?? -1;
    return this.#readLines(slot)[at];
  }

  /** When the key's record expires; 0: it has none here. */
  toExpiryMs(key: string): number {
    return this.#slots.get(this.#index.get(key) ?? -1)?.expiresMs ?? 0;
  }

  /** A row has the key from now on. */
  forget(key: string): void {
    const slot = this.#slots.get(this.#index.get(key) ?? -1);
    if (slot === undefined) return;
    this.#index.delete(key);
    slot.live -= 1;
  }

  /** Names keys, and says how the object is, in one commit. */
  write(state: JournalState, named: readonly NamedKey[], nowMs: number): void {
    const joined = this.#join(nowMs);
    const taken = new Set<number>();
    const slots = toChunks([...joined, ...named]).map((chunk) => {
      const slot = this.#take(taken, nowMs);
      const expiresMs = Math.max(0, ...chunk.map(({ expiresAtMs }) => expiresAtMs));
      const keys = chunk.map(({ key }) => key);
      const head = { ...state, expiresMs, keys };
      return { slot, head, records: chunk.map(({ text }) => text).join("\n") };
    });
    this.#store.write(
      slots.map(({ slot, head, records }) => ({ slot, head: JSON.stringify(head), records })),
    );
    for (const { slot, head } of slots) this.#hold(slot, head);
  }

  /** The key and record of each, the newest. */
  *records(): Generator<{ readonly key: string; readonly record: string }, void> {
    for (const [slot, { keys, live }] of this.#slots) {
      if (live === 0) continue;
      const lines = this.#readLines(slot);
      for (const [at, key] of keys.entries()) {
        const record = lines[at];
        if (record !== undefined && this.#index.get(key) === slot) yield { key, record };
      }
    }
  }

  #readLines(slot: number): readonly string[] {
    const known = this.#lines.get(slot);
    if (known !== undefined) return known;
    const lines = (this.#store.read(slot) ?? "").split("\n");
    this.#lines.set(slot, lines);
    return lines;
  }

  #hold(slot: number, { epoch, keys, expiresMs }: Omit<Slot, "live">): void {
    for (const key of this.#slots.get(slot)?.keys ?? [])
      if (this.#index.get(key) === slot) this.#index.delete(key);
    for (const key of keys) {
      const before = this.#slots.get(this.#index.get(key) ?? -1);
      if (before !== undefined) before.live -= 1;
      this.#index.set(key, slot);
    }
    this.#lines.delete(slot);
    this.#slots.set(slot, { epoch, keys, expiresMs, live: keys.length });
  }

  /** The free slot that was written first: what is older than another record of its key goes before it. */
  #take(taken: Set<number>, nowMs: number): number {
    let found: number | undefined;
    let epoch = Infinity;
    for (const [slot, { live, expiresMs, epoch: own }] of this.#slots) {
      const isFree = (live === 0 || expiresMs <= nowMs) && !taken.has(slot);
      if (!isFree || own >= epoch) continue;
      found = slot;
      epoch = own;
    }
    const slot = found ?? this.#toUnused(taken);
    taken.add(slot);
    return slot;
  }

  #toUnused(taken: ReadonlySet<number>): number {
    let slot = this.#slots.size;
    while (taken.has(slot) || this.#slots.has(slot)) slot += 1;
    return slot;
  }

  /** Where too many slots are in use, the live records of the oldest, to be written again together. */
  #join(nowMs: number): readonly NamedKey[] {
    const used = [...this.#slots].filter(([, { live, expiresMs }]) => live > 0 && expiresMs > nowMs);
    if (used.length < SLOTS_MAX) return [];
    used.sort(([, one], [, other]) => one.epoch - other.epoch);
    return used.slice(0, JOINED).flatMap(([slot, { keys, expiresMs }]) => {
      const lines = this.#readLines(slot);
      return keys.flatMap((key, at) => {
        const text = lines[at];
        return this.#index.get(key) === slot && text !== undefined
          ? [{ key, text, expiresAtMs: expiresMs }]
          : [];
      });
    });
  }
}

function toChunks(named: readonly NamedKey[]): readonly (readonly NamedKey[])[] {
  const chunks: NamedKey[][] = [[]];
  let chars = 0;
  for (const one of named) {
    chars += one.text.length + one.key.length;
    if (chars > CHARS_MAX) {
      chunks.push([]);
      chars = one.text.length + one.key.length;
    }
    chunks.at(-1)?.push(one);
  }
  return chunks;
}

function parseHead(text: string): v.InferOutput<typeof storedHead> | undefined {
  try {
    const parsed = v.safeParse(storedHead, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
