// What one row of a counter object's storage holds: the counters of one key, by policy. docs/storage-schema.md has the
// columns. What cannot be read is "never seen", and said so.

import * as v from "valibot";
import { algorithms, type AlgorithmName } from "../algorithms/registry.ts";
import { toAlgorithm } from "./decide-checks.ts";
import type { LiveCounter } from "./watermark.ts";

const STORED_VERSION = 1;

const storedRecord = v.object({
  version: v.literal(STORED_VERSION),
  counters: v.record(
    v.string(),
    v.object({ algorithm: v.picklist(Object.keys(algorithms)), state: v.unknown(), expiresAtMs: v.number() }),
  ),
});

export interface ReadRecord {
  readonly counters: ReadonlyMap<string, LiveCounter>;
  /** Policies whose counter could not be read, or "*" when the whole record could not. */
  readonly damaged: readonly string[];
}

const NOTHING: ReadRecord = { counters: new Map(), damaged: [] };

/** `text` is the row's JSON; undefined is no row. */
export function readRecord(text: string | undefined): ReadRecord {
  if (text === undefined) return NOTHING;
  const parsed = v.safeParse(storedRecord, parseJson(text));
  if (!parsed.success) return { counters: new Map(), damaged: ["*"] };
  const counters = new Map<string, LiveCounter>();
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
    counters.set(policy, { counter, written: counter, expiresAtMs: stored.expiresAtMs, ...uncovered });
  }
  return { counters, damaged };
}

export function writeRecord(counters: ReadonlyMap<string, LiveCounter>): {
  readonly text: string;
  readonly expiresAtMs: number;
} {
  const stored: Record<string, unknown> = {};
  let latestMs = 0;
  for (const [policy, { written, expiresAtMs }] of counters) {
    if (written === undefined) continue;
    stored[policy] = { algorithm: written.algorithm, state: written.state, expiresAtMs };
    latestMs = Math.max(latestMs, expiresAtMs);
  }
  return { text: JSON.stringify({ version: STORED_VERSION, counters: stored }), expiresAtMs: latestMs };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
