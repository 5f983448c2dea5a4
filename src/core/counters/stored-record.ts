// What one row of a counter object's storage holds: the counters and bans of one key, by policy. docs/storage-schema.md
// has the columns. What cannot be read is "never seen", and said so.

import * as v from "valibot";
import { algorithms, type AlgorithmName } from "../algorithms/registry.ts";
import { storedCount, storedLengthMs } from "../algorithms/stored-state.ts";
import { toBanExpiryMs } from "./ban.ts";
import { toAlgorithm } from "./decide-checks.ts";
import type { KeyCounters } from "./key-counters.ts";
import type { LiveCounter } from "./watermark.ts";

const STORED_VERSION = 1;

const storedBan = v.object({
  windowEndsMs: storedCount,
  denials: storedCount,
  level: storedCount,
  untilMs: storedCount,
  settings: v.object({ after: storedCount, windowMs: storedLengthMs, forMs: v.array(storedLengthMs) }),
});

const storedRecord = v.object({
  version: v.literal(STORED_VERSION),
  counters: v.record(
    v.string(),
    v.object({ algorithm: v.picklist(Object.keys(algorithms)), state: v.unknown(), expiresAtMs: v.number() }),
  ),
  bans: v.optional(v.record(v.string(), storedBan), {}),
});

export interface ReadRecord {
  readonly counters: KeyCounters;
  /** Policies whose counter could not be read, or "*" when the whole record could not. */
  readonly damaged: readonly string[];
}

const NEVER_SEEN: KeyCounters = { live: new Map(), bans: new Map() };

/** `text` is the row's JSON; undefined is no row. */
export function readRecord(text: string | undefined): ReadRecord {
  if (text === undefined) return { counters: NEVER_SEEN, damaged: [] };
  const parsed = v.safeParse(storedRecord, parseJson(text));
  if (!parsed.success) return { counters: NEVER_SEEN, damaged: ["*"] };
  const live = new Map<string, LiveCounter>();
  const damaged: string[] = [];
  for (const [policy, stored] of Object.entries(parsed.output.counters)) {
    const algorithm = stored.algorithm as AlgorithmName;
    const state = toAlgorithm(algorithm).parseState(stored.state);
    if (!state.ok || state.value === undefined) {
      damaged.push(policy);
      continue;
    }
    const counter = { algorithm, state: state.value };
    // Nothing covers a counter that was just read: its first consumption writes again.
    const uncovered = { coverUntilMs: 0, coverUnits: 0, writes: 0 };
    live.set(policy, { counter, written: counter, expiresAtMs: stored.expiresAtMs, ...uncovered });
  }
  return { counters: { live, bans: new Map(Object.entries(parsed.output.bans)) }, damaged };
}

export function writeRecord({ live, bans }: KeyCounters): {
  readonly text: string;
  readonly expiresAtMs: number;
} {
  const counters: Record<string, unknown> = {};
  let latestMs = 0;
  for (const [policy, { written, expiresAtMs }] of live) {
    if (written === undefined) continue;
    counters[policy] = { algorithm: written.algorithm, state: written.state, expiresAtMs };
    latestMs = Math.max(latestMs, expiresAtMs);
  }
  for (const ban of bans.values()) latestMs = Math.max(latestMs, toBanExpiryMs(ban.settings, ban));
  const record = { version: STORED_VERSION, counters };
  const text = JSON.stringify(bans.size === 0 ? record : { ...record, bans: Object.fromEntries(bans) });
  return { text, expiresAtMs: latestMs };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
