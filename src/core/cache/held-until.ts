// How long an isolate may go by its own copy of what is stored, while other isolates of the data centre may store
// something else in its place: as long as the copy would be right wherever it stood.

import { type StoredEntry, type StoredResponse, toRetentionMs } from "./stored-response.ts";

/** How long what says where to look, or what has changed, is believed: other isolates' changes hold within this. */
export const KNOWN_MS = 1_000;

/**
 * Epoch milliseconds. A record until it is stale: then another isolate may have a newer one. What is validated before
 * every use is right as long as it is kept at all.
 */
export function toHeldUntilMs(entry: StoredEntry, nowMs: number): number {
  if (entry.kind !== "record") return nowMs + KNOWN_MS;
  const freshMs = Math.max(0, entry.lifetimeMs - entry.initialAgeMs);
  // What is kept for an origin that is silent is looked for when it is, in the store that all isolates share.
  const usableMs = toRetentionMs({ ...entry, staleIfUnreachableMs: 0 });
  return entry.responseTimeMs + (isNeverFresh(entry) ? usableMs : Math.min(freshMs, usableMs));
}

/** Whether the origin is asked about it before every use, or at least behind it. */
export function isNeverFresh({ mustValidate, lifetimeMs, initialAgeMs }: StoredResponse): boolean {
  return mustValidate || lifetimeMs <= initialAgeMs;
}
