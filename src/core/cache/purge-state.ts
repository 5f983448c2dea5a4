// Purging without touching what is stored: every purge gets a number that only grows, every record carries the latest
// number known when its request was sent, and a record is valid if no purge that matches it is newer. It works the same
// in every data centre, costs the same for one entry and for all, and a purge that comes while the origin answers counts.

import type { StoredResponse } from "./stored-response.ts";
import { toTag } from "./tags.ts";

export type Purge =
  | { readonly kind: "everything" }
  /** What a route keys as it keys this URL (cache-key.ts). */
  | { readonly kind: "url"; readonly url: string }
  /** A URL without its query: whatever the query. */
  | { readonly kind: "path"; readonly url: string }
  /** Every key URL that starts with it. */
  | { readonly kind: "prefix"; readonly url: string }
  | { readonly kind: "tag"; readonly tag: string };

export interface PurgeEntry {
  readonly purge: Purge;
  readonly generation: number;
}

/** Plain values, to be stored and sent. */
export interface PurgeState {
  /** The newest number given. */
  readonly latest: number;
  /** Records below it are invalid, whatever they are. */
  readonly floor: number;
  /** Oldest first, each purge once. */
  readonly entries: readonly PurgeEntry[];
}

/** Beyond this the oldest purge becomes one of everything as old: more is fetched again, nothing purged comes back. */
export const PURGES_MAX = 1_000;
/** Prefixes are tried one by one on every hit of an older record. */
export const PREFIXES_MAX = 50;

export const NO_PURGES: PurgeState = Object.freeze({ latest: 0, floor: 0, entries: [] });

/** The state after a purge. Numbers are epoch milliseconds made monotone: the clock may stand still or go back. */
export function addPurge(state: PurgeState, purge: Purge, nowMs: number): PurgeState {
  const generation = Math.max(state.latest + 1, nowMs);
  const normal = normalise(purge);
  if (normal.kind === "everything") return { latest: generation, floor: generation, entries: [] };
  const others = state.entries.filter((entry) => !isSame(entry.purge, normal));
  return bound({ ...state, latest: generation, entries: [...others, { purge: normal, generation }] });
}

/**
 * Forgets purges older than anything that a store can still hold. `oldestMs` is now, less the longest retention and the
 * time that a purge takes to reach every gateway.
 */
export function forgetPurges(state: PurgeState, oldestMs: number): PurgeState {
  const entries = state.entries.filter(({ generation }) => generation >= oldestMs);
  return entries.length === state.entries.length ? state : { ...state, entries };
}

function bound(state: PurgeState): PurgeState {
  const prefixes = state.entries.filter(({ purge }) => purge.kind === "prefix");
  const crowded = prefixes.length > PREFIXES_MAX ? prefixes : state.entries;
  const isCrowded = crowded === prefixes || state.entries.length > PURGES_MAX;
  const oldest = crowded[0];
  if (!isCrowded || oldest === undefined) return state;
  const entries = state.entries.filter(({ generation }) => generation > oldest.generation);
  return { ...state, floor: Math.max(state.floor, oldest.generation), entries };
}

function normalise(purge: Purge): Purge {
  return purge.kind === "tag" ? { kind: "tag", tag: toTag(purge.tag) } : purge;
}

function isSame(a: Purge, b: Purge): boolean {
  return toName(a) === toName(b);
}

function toName(purge: Purge): string {
  if (purge.kind === "everything") return purge.kind;
  return `${purge.kind} ${purge.kind === "tag" ? purge.tag : purge.url}`;
}

/** What isPurged asks of a record. */
export type PurgeSubject = Pick<StoredResponse, "url" | "tags" | "isTagsCut" | "generation">;
