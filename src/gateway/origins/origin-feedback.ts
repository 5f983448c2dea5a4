// What an origin says about its own limits, as outbound limits ask for it: how long to hold a call back, and whether an
// answer was a refusal. A profile's client implements it for all isolates; without a profile a plain one does, below.

import type { PartAnswer } from "../../core/feedback/refused-parts.ts";
import type { Facts } from "../../core/keys/facts.ts";

/** The parts of a request that tell which of an origin's quotas it counts against. */
export interface OutboundFacts extends Pick<Facts, "method" | "path" | "header" | "query" | "hash"> {
  /** Whether the route shows the origin a credential in place of the caller's. */
  readonly hasCredential: boolean;
}

export interface FeedbackContext {
  /** Lets what need not be waited for go on after the response. */
  readonly waitUntil: (promise: Promise<unknown>) => void;
  /** When the call was sent, by the isolate's clock. */
  readonly sentMs: number;
  /** What was asked for. */
  readonly call?: Pick<Facts, "method" | "path">;
}

export interface Observed {
  /** Whole: what was read of its body is put back. */
  readonly response: Response;
  /** The origin failed for a moment: what can be repeated may be sent again. */
  readonly isTransient?: boolean;
  /** The origin takes the credential for none: nothing was done. */
  readonly isRejected?: boolean;
  /** It refused parts of the call for its limits, and served the others; undefined: it did not. */
  readonly parts?: PartAnswer | undefined;
  /** The origin did nothing, for its limits. retryAfterMs is undefined where it does not say for how long. */
  readonly refused?: { readonly retryAfterMs: number | undefined };
}

/** One kind of quota of an origin: of all of that kind, the one that is used most. */
export interface ShownQuota {
  readonly quota: string;
  /** 0 to 1. */
  readonly share: number;
  /** When the reading no longer counts; null where that is not known. */
  readonly resetMs: number | null;
}

/** What an origin says about its own limits, shared by all isolates. One for each pool that has a profile. */
export interface OriginFeedback {
  /** What a call counts against: its counter keys, and what the profile tells apart itself. */
  toKeys(keys: ReadonlyMap<string, string>, call: OutboundFacts): ReadonlyMap<string, string>;
  /**
   * 0: may be asked now; else how long the request with these counter keys (policy name -> counter key) has to wait, by
   * pace or stop. May be a promise when this isolate's view is too old. Books the place when it says 0. `canWait`: it may be
   * held back a moment for the first answers of all, where these tell how many calls there may be.
   */
  waitMs(keys: ReadonlyMap<string, string>, nowMs: number, canWait?: boolean): number | Promise<number>;
  /** Gives a place back that was booked for a call that will not be sent. */
  release(keys: ReadonlyMap<string, string>): void;
  /**
   * For which of the keys the wait is longest: the policy's name, whose line it then is as well. "": the whole origin.
   * undefined: all of these keys.
   */
  findLimiting(keys: ReadonlyMap<string, string>, nowMs: number): string | undefined;
  /** How much of the origin's quotas is used, as far as that is worth knowing. */
  show(nowMs: number): readonly ShownQuota[];
  /**
   * Reads an answer: updates what is known (shared under waitUntil) and says whether the origin refused for its limits.
   * The answer's body is only looked at for statuses that the profile names, bounded, and the response returned is whole.
   */
  observe(answer: Response, keys: ReadonlyMap<string, string>, context: FeedbackContext): Promise<Observed>;
}
