// One row of a counter object's storage: the counters and bans of one key, by policy. docs/storage-schema.md has the
// columns; the column `record` has the text that is written and read here. What cannot be read is "never seen", and named.

import * as v from "valibot";
import { algorithms, type AlgorithmName } from "../algorithms/registry.ts";
import { isObject } from "../schema/parse-with.ts";
import { storedCount, storedLengthMs, storedTimeMs } from "../algorithms/stored-state.ts";
import { toRowLease } from "../leases/counter-leases.ts";
import { toBanExpiryMs } from "./ban.ts";
import { toAlgorithm } from "../algorithms/registry.ts";
import { readRing, settleUntil, writeRing } from "./decision-ring.ts";
import type { KeyCounters, StoredBan } from "./key-state.ts";
import { type LiveCounter, NO_ALLOWANCE } from "./write-ahead.ts";

const STORED_VERSION = 1;

const storedBan = v.object({
  windowEndsMs: storedCount,
  denials: storedCount,
  level: storedCount,
  untilMs: storedCount,
  settings: v.object({ after: storedCount, windowMs: storedLengthMs, forMs: v.array(storedLengthMs) }),
});

const storedCounter = v.object({
  algorithm: v.picklist(Object.keys(algorithms) as AlgorithmName[]),
  state: v.unknown(),
  expiresAtMs: v.number(),
  ahead: v.optional(v.object({ units: storedCount, untilMs: storedTimeMs })),
  // Where plans have counters of their own: plans.ts looks at them before they are used.
  planSettings: v.optional(v.unknown()),
  cutMs: v.optional(storedTimeMs),
});

/** Reads each policy's part by itself: one that cannot be read must not take the others with it. */
const byPolicy = v.custom<Readonly<Record<string, unknown>>>(isObject);
const storedRow = v.object({
  version: v.literal(STORED_VERSION),
  counters: byPolicy,
  bans: v.optional(byPolicy, {}),
  decisions: v.optional(v.unknown()),
  epoch: v.optional(storedCount, 0),
});

export interface ReadRow {
  readonly counters: KeyCounters;
  /** Policies whose counter or ban could not be read, or "*" when the whole row could not. */
  readonly damaged: readonly string[];
  /** Of the journal (journal.ts), when it was written; 0: before there was one. */
  readonly epoch: number;
}

const NEVER_SEEN: KeyCounters = { live: new Map(), bans: new Map() };

/** Reads a row's JSON; undefined is no row. */
export function readRow(text: string | undefined): ReadRow {
  if (text === undefined) return { counters: NEVER_SEEN, damaged: [], epoch: 0 };
  const parsed = v.safeParse(storedRow, parseJson(text));
  if (!parsed.success) return { counters: NEVER_SEEN, damaged: ["*"], epoch: 0 };
  const damaged: string[] = [];
  const live = readEach(parsed.output.counters, readCounter, damaged);
  const bans = readEach(parsed.output.bans, readBan, damaged);
  return {
    counters: { live, bans, decisions: readRing(parsed.output.decisions) },
    damaged,
    epoch: parsed.output.epoch,
  };
}

function readEach<T>(
  stored: Readonly<Record<string, unknown>>,
  read: (stored: unknown) => T | undefined,
  damaged: string[],
): ReadonlyMap<string, T> {
  const parts = new Map<string, T>();
  for (const [policy, part] of Object.entries(stored)) {
    const value = read(part);
    if (value === undefined) damaged.push(policy);
    else parts.set(policy, value);
  }
  return parts;
}

function readCounter(stored: unknown): LiveCounter | undefined {
  const parsed = v.safeParse(storedCounter, stored);
  if (!parsed.success) return undefined;
  const { algorithm, expiresAtMs, ahead, planSettings, cutMs } = parsed.output;
  const state = toAlgorithm(algorithm).parseState(parsed.output.state);
  if (!state.ok || state.value === undefined) return undefined;
  const counter = { algorithm, state: state.value };
  const live = { counter, planSettings, cutMs, written: counter, expiresAtMs, ...NO_ALLOWANCE };
  return ahead === undefined ? live : { ...live, ahead, leases: toRowLease(ahead) };
}

function readBan(stored: unknown): StoredBan | undefined {
  const parsed = v.safeParse(storedBan, stored);
  return parsed.success ? parsed.output : undefined;
}

export function writeRow(
  { live, bans, decisions }: KeyCounters,
  epoch = 0,
): { readonly text: string; readonly expiresAtMs: number } {
  const counters: Record<string, unknown> = {};
  let latestMs = 0;
  let fullUntilMs = 0;
  for (const [name, { written, expiresAtMs, ahead, fullUntilMs: full, planSettings, cutMs }] of live) {
    if (written === undefined) continue;
    const { algorithm, state } = written;
    counters[name] = { algorithm, state, expiresAtMs, ahead, planSettings, cutMs: planSettings && cutMs };
    latestMs = Math.max(latestMs, expiresAtMs);
    fullUntilMs = Math.max(fullUntilMs, full);
  }
  const ring = settleUntil(decisions, fullUntilMs);
  for (const ban of bans.values()) latestMs = Math.max(latestMs, toBanExpiryMs(ban.settings, ban));
  const text = JSON.stringify({
    version: STORED_VERSION,
    counters,
    bans: bans.size === 0 ? undefined : Object.fromEntries(bans),
    decisions: ring === undefined ? undefined : writeRing(ring),
    epoch: epoch === 0 ? undefined : epoch,
  });
  return { text, expiresAtMs: latestMs };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
