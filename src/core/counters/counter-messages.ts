// Messages between a gateway and a counter object. Plain values only; the version lets a Worker and an object of two
// deployments meet for a minute without misreading each other.

import type { Outcome } from "../algorithms/algorithm.ts";
import type { AlgorithmName } from "../algorithms/registry.ts";
import type { LeaseGrant, LeaseReport } from "../leases/lease-messages.ts";
import type { BanSettings } from "./ban.ts";

export const MESSAGE_VERSION = 1;

/** The failure for a new key when an object has as many as it may. It serves all others as before. */
export const FULL_MESSAGE = "counter object is full";

/** What is asked of one policy. (The checks of an origin pool are health checks.) */
export interface Check {
  readonly policy: string;
  readonly algorithm: AlgorithmName;
  /** The policy's parsed settings: sent with every check, since the limit is not part of a counter's identity. */
  readonly settings: unknown;
  /** The tier whose limits these are, "" for the policy's own; undefined: the policy has no tiers. */
  readonly plan?: string | undefined;
  /** 0 peeks. */
  readonly cost: number;
  /** Dry run: decided and counted, never enforced. */
  readonly isShadow?: boolean;
  /** The cost is an estimate that a settlement corrects: what is stored is what was taken, and nothing ahead of it. */
  readonly isEstimate?: boolean | undefined;
  /** Left to others who wait for it and have the earlier turn: the counter object adds it. */
  readonly asideUnits?: number;
  readonly ban?: BanSettings | undefined;
  /**
   * The isolate's report on its lease, which it wants renewed. With `take` only; with a cost of 0 it wants nothing
   * else.
   */
  readonly lease?: LeaseReport | undefined;
}

/** The policies of one request that count by one key. */
export interface KeyChecks {
  readonly key: string;
  readonly checks: readonly Check[];
}

/**
 * `take` decides and consumes: the whole request is in this call. `peek` decides and changes nothing.
 * Several objects decide a request by two-phase commit: reserve, then commit or cancel. On the wire, which two deployments
 * share, the first and the last are called `hold` and `release`.
 * `hold` decides and sets the cost aside, while other objects are asked. Such a reservation expires by itself when neither
 * of the others follows, and nothing was consumed.
 * `commit` consumes what was reserved (or, where the reservation is lost, decides anew). `release` gives it back, committed
 * or not. All are idempotent by `id`.
 * `renew` makes what a decision took, and has not given back, as good as taken now: only where units are held.
 */
export type Phase = "take" | "hold" | "commit" | "release" | "peek" | "renew";

/** Those of one priority that wait in one instance for one policy's quota. */
export interface RankWaits {
  /** 0 is the highest. */
  readonly rank: number;
  /** How long ago the turn of the first of them was, by arrival and priority; negative: how long until it. */
  readonly turnAgoMs: number;
  readonly count: number;
}

/** What an instance says of its line for one policy. */
export interface PolicyLine {
  /** It asks again within this time, however long a denial is. */
  readonly againMs: number;
  /** How long the others still wait before they ask. */
  readonly waitMs: number;
  /** Without the call that asks. */
  readonly others: readonly RankWaits[];
}

/** Where a call stands among those that wait. Only calls to pools with priorities say it. */
export interface CallPlace extends Omit<RankWaits, "count"> {
  /** How long it can wait; 0: it does not. */
  readonly patienceMs: number;
  /** How much later than it may its instance asks: for what is under way, and so as not to be early. */
  readonly marginMs: number;
  readonly lines: Readonly<Record<string, PolicyLine>>;
}

export interface CounterRequest {
  readonly version: typeof MESSAGE_VERSION;
  readonly phase: Phase;
  /** Unique to one decision on one request. */
  readonly id: string;
  /** Names the isolate that asks. */
  readonly asker?: string | undefined;
  readonly keys: readonly KeyChecks[];
  /** The client whose reputation the isolate wants to know, where this object owns it. */
  readonly client?: string | undefined;
  /** How long the client must have come without a fault to be trusted; undefined: it is not asked. */
  readonly trustAfterMs?: number | undefined;
  readonly refusedBefore?: Refused | undefined;
  /** With `take` and `hold`. undefined: nobody of this pool goes before another. */
  readonly place?: CallPlace | undefined;
  /** With `release` and `renew`: what the object took. One that was reset since has it from here. */
  readonly committed?: Committed | undefined;
  /** Decisions that every object has allowed: what they committed here is not cancelled any more. */
  readonly confirmed?: readonly string[] | undefined;
}

export interface Committed {
  readonly takenAtMs: number;
  /** Policies that consumed. */
  readonly policies: readonly string[];
}

/** Like requests that the isolate has denied by itself since it last asked: the bans of these policies count them. */
export interface Refused {
  readonly policies: readonly string[];
  readonly count: number;
  /** How long ago the last of them was; the others were at most a second before. */
  readonly agoMs: number;
}

/** A share of a quota that is worth a word when a key crosses it. */
export type CrossedPercent = 80 | 100;

/** One policy's answer. Durations only: absolute times do not cross machines. */
export interface CheckVerdict {
  readonly policy: string;
  readonly outcome: Outcome;
  readonly remaining: number;
  readonly retryAfterMs: number;
  readonly resetMs: number;
  readonly delayMs?: number;
  /**
   * Denied, or denied for longer, because of units that a decision in flight has reserved, or has committed and may still
   * cancel: they may come back at any moment. Retry-After is the wait if they stay.
   */
  readonly isTentative?: boolean;
  /** Denied by a ban: such a denial does not count for another ban. */
  readonly isBanned?: boolean;
  /** The answer to the check's report. */
  readonly lease?: LeaseGrant;
  /** The percent of its quota that the key crossed by this decision; undefined: it crossed none. */
  readonly crossed?: CrossedPercent;
}

export interface CounterReply {
  readonly version: typeof MESSAGE_VERSION;
  /** In the order of the request's keys and checks. */
  readonly verdicts: readonly CheckVerdict[];
  /** The object's time of the decision or renewal: a token that a settlement hands back, not a time to compute with. */
  readonly takenAtMs: number;
  /** How many isolates have asked about the busiest of these keys of late, this one included. */
  readonly askers?: number;
  /** undefined: nothing is held against the client, or nobody asked. */
  readonly client?: ClientStanding | undefined;
}

/** What an object holds against a client. */
export interface ClientStanding {
  readonly key: string;
  readonly score: number;
  /** How long it is still banned for. */
  readonly banMs: number;
  readonly isTrusted?: boolean | undefined;
}

/** Takes the place of a reply when this request could not be decided. It says nothing of the others in its call. */
export interface CounterFailure {
  readonly version: typeof MESSAGE_VERSION;
  readonly failure: string;
}

/** The real cost of one policy's share of a decision, known only afterwards. */
export interface SettledCheck {
  readonly policy: string;
  readonly algorithm: AlgorithmName;
  readonly settings: unknown;
  readonly plan?: string | undefined;
  /** Consumed when it was decided. */
  readonly taken: number;
  /** To be consumed in the end; 0 refunds. */
  readonly actual: number;
  /** As the check said that took it. */
  readonly isEstimate?: boolean | undefined;
}

/** Corrects what a decision consumed. Idempotent by `id` and policy: the last one for each counts once. */
export interface Settlement {
  readonly version: typeof MESSAGE_VERSION;
  readonly id: string;
  readonly takenAtMs: number;
  readonly keys: readonly { readonly key: string; readonly checks: readonly SettledCheck[] }[];
}

/** Makes one key's counters and bans of these policies "never seen". */
export interface CounterReset {
  readonly version: typeof MESSAGE_VERSION;
  readonly key: string;
  readonly policies: readonly string[];
}

/** Asks which keys have used most of one policy. */
export interface TopQuestion extends Pick<Check, "policy" | "algorithm" | "settings" | "plan"> {
  readonly version: typeof MESSAGE_VERSION;
  readonly most: number;
}

export interface HeavyKey {
  /** The counter's key. */
  readonly key: string;
  /** Units in use; a little more than were, where the row is ahead of its counter. */
  readonly used: number;
  /** Units that whoever has used nothing may use. */
  readonly limit: number;
  /** How long until all of it has come back. */
  readonly resetMs: number;
  /** The tier by whose limits it has used so much; "": the policy's own, or an override's. */
  readonly plan: string;
}

export interface TopAnswer {
  /** The heaviest first. */
  readonly keys: readonly HeavyKey[];
  /** How many keys have used less than 10 % of their limit, less than 20 %, ..., less than 100 %, and all of it. */
  readonly shares: readonly number[];
  /** Whether every key of the object was looked at. */
  readonly isComplete: boolean;
}
