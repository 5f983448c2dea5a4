// The one question by which an isolate learns what is new of all that operators change, and its answer. Plain values.

import type { PurgeState } from "../cache/purge-state.ts";
import type { KeyChanges } from "./key-changes.ts";
import type { Snapshot } from "./snapshot.ts";

export interface NewsStates {
  readonly snapshot: Snapshot;
  readonly purges: PurgeState;
  /** What changed since the version that was asked about. */
  readonly keys: KeyChanges;
}

export type NewsPart = keyof NewsStates;

export interface NewsQuestion {
  /** The versions that the isolate knows, of the parts that it needs. */
  readonly known: { readonly [Part in NewsPart]?: number };
  /** How many objects the isolate believes to answer on its continent. */
  readonly spread: number;
}

export interface Told<State> {
  /** undefined: nothing is newer than what the isolate knows. */
  readonly newer: State | undefined;
}

export interface NewsAnswer {
  /** A part that is not there was not asked about, or cannot be known in time. */
  readonly told: { readonly [Part in NewsPart]?: Told<NewsStates[Part]> | undefined };
  /** How many objects are to answer from now on. */
  readonly spread: number;
}
