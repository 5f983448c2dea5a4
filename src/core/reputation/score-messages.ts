// What isolates report of a client to the counter object that owns its address, and what it answers.

import type { OwnedKey } from "../keys/counter-key.ts";
import type { ScoreSettings, Signals } from "./score.ts";

/** Clients that one call reports. */
export const REPORTED_MAX = 100;

/** Whose reputation is asked for with its counters. */
export interface AskedClient extends OwnedKey {
  /** How long it must have come to be trusted; undefined: that it comes does not count. */
  readonly trustAfterMs?: number | undefined;
}

export interface ScoreReport {
  /** The client's address as keys have it; IPv6 by its /64. */
  readonly key: string;
  readonly signals: Signals;
}

export interface ScoreQuestion {
  readonly version: 1;
  readonly settings: ScoreSettings;
  /** undefined: nobody is trusted. */
  readonly trustAfterMs?: number | undefined;
  readonly reports: readonly ScoreReport[];
}

/** What a client is by its score. */
export type Standing = "clear" | "suspect" | "banned";

export interface ScoreAnswer {
  readonly key: string;
  readonly score: number;
  /** How long it is still banned for. */
  readonly banMs: number;
  readonly isTrusted?: boolean | undefined;
  /** What it has become by this report; undefined: what it was. */
  readonly turned?: Exclude<Standing, "clear"> | undefined;
}
