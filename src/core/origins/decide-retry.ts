// Whether a request that failed may be sent again, and after how long (RFC 9110 section 9.2.2): when its method is
// idempotent, or the origin reported that it did nothing, or the pool says that doing it twice is the lesser evil; never
// when its body is gone. Pure: randomness is an argument.

import { toCloudflareProblem } from "../http/origin-failure.ts";
import type { ProblemCode } from "../http/problems.ts";
import type { Elsewhere, RetrySettings } from "./origin-pool.ts";

/** The outcome of one attempt at an origin. */
export type AttemptOutcome =
  | {
      readonly kind: "failure";
      readonly code: ProblemCode;
      /** What the code says was found out afterwards: by then the origin may have acted on the request. */
      readonly mayHaveActed?: boolean | undefined;
    }
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly retryAfterMs: number | undefined;
      /** By the origin's own word, in its dialect. */
      readonly isTransient?: boolean | undefined;
    };

export interface Attempt {
  readonly method: string;
  /** It has no body, or one that was kept. */
  readonly isRepeatable: boolean;
  readonly outcome: AttemptOutcome;
  /** Retries before this one. */
  readonly retries: number;
  /** Whether another origin would be asked than the one that failed. */
  readonly isElsewhere: boolean;
}

const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);
/** Failures before any request was sent, by the runtime's word. A status that says so may be the origin's own. */
const NOT_SENT: ReadonlySet<ProblemCode> = new Set([
  "origin-refused",
  "origin-unknown",
  "origin-credential-missing",
  "origin-unbound",
]);
/** It is the gateway that lacks something: no origin was asked, and none is unwell. */
const LACKING: ReadonlySet<ProblemCode> = new Set(["origin-credential-missing", "origin-unbound"]);
/** Statuses that proxies give for an origin that failed. A 500 is the application's own answer. */
const FAILED_STATUSES: ReadonlySet<number> = new Set([502, 503, 504, 529]);
/** Statuses that mean "later, nothing was done" with a Retry-After (RFC 6585 section 4, RFC 9110 section 15.6.4). */
const REFUSAL_STATUSES: ReadonlySet<number> = new Set([429, 503, 529]);
/** Of an origin that has more to do than it can: 529 is nobody's standard, and says nothing else. */
const OVERLOADED_STATUSES: ReadonlySet<number> = new Set([503, 529]);
/** Of a proxy that waited for the origin in vain: ours, which waits itself, or one in front of it. */
const LATE_STATUSES: ReadonlySet<number> = new Set([504, 524]);

/** Whether an attempt failed for want of something of the gateway's own. */
export function isLacking(outcome: AttemptOutcome): boolean {
  return outcome.kind === "failure" && LACKING.has(outcome.code);
}

/** Whether an outcome is a sign that the origin is unwell: circuit breakers count these. */
export function isBad(outcome: AttemptOutcome): boolean {
  if (outcome.kind === "failure") return !isLacking(outcome);
  return FAILED_STATUSES.has(outcome.status) || toCloudflareProblem(outcome.status) !== undefined;
}

/** Whether what was asked for may be the reason of a bad outcome. A connection is refused before anything is asked. */
export function isOfPath(outcome: AttemptOutcome): boolean {
  return outcome.kind === "answer" || !NOT_SENT.has(outcome.code);
}

/** Whether a request may be sent again at all, whatever comes of it: a member that may fail can be tried with it. */
export function isSafeToRepeat({ method, isRepeatable }: Pick<Attempt, "method" | "isRepeatable">): boolean {
  return isRepeatable && IDEMPOTENT.has(method);
}

/** Milliseconds to wait before the retry, or undefined when there must be none. `random` is from 0 to below 1. */
export function decideRetry(settings: RetrySettings, attempt: Attempt, random: number): number | undefined {
  const { outcome, retries, isElsewhere } = attempt;
  if (retries >= settings.max || !mayRepeat(attempt, settings)) return undefined;
  // Nothing reached the origin, so another one has nothing to be spared.
  if (isElsewhere && outcome.kind === "failure" && isRefused(outcome)) return 0;
  const backoffMs = toBackoffMs(settings, retries, random);
  const retryAfterMs = toRetryAfterMs(outcome);
  // A Retry-After speaks for the origin that sent it; a 429 is about the client, wherever it goes.
  if (retryAfterMs === undefined || (isElsewhere && isBad(outcome))) return backoffMs;
  return retryAfterMs > settings.retryAfterMsMax ? undefined : Math.max(backoffMs, retryAfterMs);
}

function mayRepeat(
  { outcome, method, isRepeatable, isElsewhere }: Attempt,
  { statuses, nonIdempotent }: RetrySettings,
): boolean {
  if (!isRepeatable) return false;
  if (isElsewhere && nonIdempotent.some((what) => isSuch[what](outcome))) return true;
  return isRefused(outcome) || (IDEMPOTENT.has(method) && (isBad(outcome) || isPassing(outcome, statuses)));
}

/** What a pool may have asked of another member, whatever the method. A late origin may be at work on it all the same. */
const isSuch: Readonly<Record<Elsewhere, (outcome: AttemptOutcome) => boolean>> = {
  overloaded: (outcome) => outcome.kind === "answer" && OVERLOADED_STATUSES.has(outcome.status),
  late: (outcome) =>
    outcome.kind === "failure" ? outcome.code === "origin-timeout" : LATE_STATUSES.has(outcome.status),
};

/** Whether it is no sign that the origin is unwell, and may be otherwise the next time all the same. */
function isPassing(outcome: AttemptOutcome, statuses: readonly number[]): boolean {
  return outcome.kind === "answer" && (outcome.isTransient === true || statuses.includes(outcome.status));
}

function isRefused(outcome: AttemptOutcome): boolean {
  return outcome.kind === "failure"
    ? NOT_SENT.has(outcome.code) && outcome.mayHaveActed !== true
    : REFUSAL_STATUSES.has(outcome.status) && outcome.retryAfterMs !== undefined;
}

/** Exponential back-off with full jitter: anything from 0 to the step, so that requests that failed together part. */
function toBackoffMs({ backoffMs, backoffMsMax }: RetrySettings, retries: number, random: number): number {
  return Math.floor(random * Math.min(backoffMsMax, backoffMs * 2 ** retries));
}

function toRetryAfterMs(outcome: AttemptOutcome): number | undefined {
  return outcome.kind === "answer" ? outcome.retryAfterMs : undefined;
}
