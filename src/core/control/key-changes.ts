// Which API keys have changed since a time, so that whoever remembers keys knows which of them to look up again. Keys are
// named by the SHA-256 of their text.

import type { KeyRecord } from "../keys/key-record.ts";

/** A key, or that nobody has it, as of a version. */
export interface VersionedKey {
  /** Grows with every change of any key. */
  readonly version: number;
  /** undefined: nobody has this key. */
  readonly record: KeyRecord | undefined;
}

/** An answer about changes. */
export interface KeyChanges {
  readonly version: number;
  /** The hashes of the keys that changed since the version that was asked about; undefined: too many, or not known. */
  readonly changed: readonly string[] | undefined;
}

interface KeyChange {
  readonly version: number;
  readonly hash: string;
}

/** Changes that are remembered one by one. */
export const KEY_CHANGES_MAX = 250;

/** What is known of changes: from `since` on, every one of them. */
export interface KeyHistory {
  readonly version: number;
  readonly since: number;
  /** In their order. */
  readonly recent: readonly KeyChange[];
}

export function startKeyHistory(version: number): KeyHistory {
  return { version, since: version, recent: [] };
}

/** The changes since a version; of one that is not known to have been nothing can be said. */
export function toKeyChanges({ version, since, recent }: KeyHistory, known: number): KeyChanges {
  if (known < since || known > version) return { version, changed: undefined };
  return { version, changed: recent.filter((change) => change.version > known).map(({ hash }) => hash) };
}

/** The history with what changed since its own version. What is older than it, or the same, changes nothing. */
export function addKeyChanges(history: KeyHistory, { version, changed }: KeyChanges): KeyHistory {
  if (version <= history.version) return history;
  if (changed === undefined) return startKeyHistory(version);
  const all = [...history.recent, ...changed.map((hash) => ({ version, hash }))];
  const lost = all.at(-1 - KEY_CHANGES_MAX)?.version;
  if (lost === undefined) return { ...history, version, recent: all };
  // Changes of one version are known together or not at all.
  return { version, since: lost, recent: all.filter((change) => change.version > lost) };
}
