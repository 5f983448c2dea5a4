// Messages between isolates and a pool's feedback object. Their times are durations: a time of knowledge is counted from
// when the message was written, negative for what was before.

import type { Knowledge } from "./quota-knowledge.ts";
import type { Others } from "./quota-pace.ts";

export interface QuotaNews {
  /** The quota's: a scope and what it counts by. */
  readonly key: string;
  readonly known: Knowledge;
}

export interface QuotaUse {
  readonly key: string;
  readonly perSecond: number;
  readonly isHungry: boolean;
}

/** A claim to be the one that tries whether a guessed stop is over. */
export interface ProbeClaim {
  readonly key: string;
  /** No other isolate is to try for so long. */
  readonly forMs: number;
}

export interface FeedbackReport {
  /** Of the isolate, the same in all of its reports. */
  readonly id: string;
  /** The version of the last view: 0 before there was one. */
  readonly version: number;
  readonly news: readonly QuotaNews[];
  readonly uses: readonly QuotaUse[];
  readonly claims: readonly ProbeClaim[];
}

export interface FeedbackView {
  readonly version: number;
  /** The changes since the version that the report named. */
  readonly news: readonly QuotaNews[];
  readonly others: readonly (Others & { readonly key: string })[];
  /** When the isolate is to report again, from now. An object of the version before does not say. */
  readonly nextMs?: number;
  /** For each claim how long to wait; 0: it is granted. */
  readonly probes: readonly { readonly key: string; readonly waitMs: number }[];
}
