// A refusal or failure of the gateway's own as dialects see it: what went wrong, in one sentence that a person can read, and
// when to come back. Every dialect says the same in its API's words.

import type { ProblemDefinition } from "../http/limit-problems.ts";
import { type ProblemCode, problems } from "../http/problems.ts";
import type { Problem } from "../result.ts";

/** What clients can make of it: each dialect has a word for each. */
export type FailureKind =
  /** Over a limit, the gateway's or the origin's: it goes through later. */
  | "limited"
  /** More than the limit ever admits. */
  | "impossible"
  | "invalid"
  | "unauthenticated"
  | "forbidden"
  | "not-found"
  | "too-large"
  | "unavailable"
  | "late"
  | "broken";

export interface Failure {
  readonly code: ProblemCode;
  readonly kind: FailureKind;
  /** As a problem document has it. */
  readonly status: number;
  readonly message: string;
  /** undefined: nothing is said of when to come back. */
  readonly retryAfterSeconds: number | undefined;
  /** Names of policies. */
  readonly violated?: readonly string[] | undefined;
  /** All that is wrong with what the client wrote. */
  readonly found?: readonly Problem[] | undefined;
}

/** What of it is known where it happens. */
export interface FailureFacts extends Pick<Failure, "violated" | "found"> {
  /** The value of Retry-After. */
  readonly retryAfter: string | undefined;
}

/** Clients sleep for as long as Retry-After says, some of them a month. A person does not wait for longer than this. */
const PATIENCE_SECONDS = 60;

const KINDS_BY_STATUS: Readonly<Partial<Record<number, FailureKind>>> = {
  401: "unauthenticated",
  403: "forbidden",
  404: "not-found",
  408: "late",
  413: "too-large",
  414: "too-large",
  424: "broken",
  429: "impossible",
  431: "too-large",
  500: "broken",
  502: "broken",
  503: "unavailable",
  504: "late",
  508: "broken",
};

export function toFailure(code: ProblemCode, { retryAfter, violated, found }: FailureFacts): Failure {
  const { status }: ProblemDefinition = problems[code];
  const kind = toKind(code, status);
  const retryAfterSeconds =
    retryAfter !== undefined && /^\d{1,15}$/.test(retryAfter) ? Number(retryAfter) : undefined;
  const message = toMessage(code, { kind, retryAfterSeconds, violated, found });
  return { code, kind, status, message, retryAfterSeconds, violated, found };
}

function toKind(code: ProblemCode, status: number): FailureKind {
  if (code === "quota-exceeded" || code === "origin-limited") return "limited";
  return KINDS_BY_STATUS[status] ?? "invalid";
}

/** "try again in 7 s" is what clients look for that do not read Retry-After. */
function toMessage(
  code: ProblemCode,
  { kind, retryAfterSeconds, violated = [], found = [] }: Omit<Failure, "code" | "status" | "message">,
): string {
  const names = violated.length === 0 ? "" : ` (${violated.join(", ")})`;
  const again = retryAfterSeconds === undefined ? "" : ` Please try again in ${retryAfterSeconds} s.`;
  if (code === "quota-exceeded") return `Rate limit exceeded${names}.${again}`;
  if (code === "impossible-cost")
    return `The request costs more than the rate limit${names} ever admits. Waiting does not help.`;
  if (kind === "limited") return `The origin's own rate limit is used up${names}.${again}`;
  const details = found.slice(0, 3).map(({ path, message }) => `${path}: ${message}`);
  const { detail }: ProblemDefinition = problems[code];
  return [detail.replace(" named here", names), ...details].join(" ");
}

/** Whether a client should give up rather than wait. */
export function isVain({ kind, retryAfterSeconds }: Failure): boolean {
  if (kind === "impossible") return true;
  return (kind === "limited" || kind === "unavailable") && (retryAfterSeconds ?? Infinity) > PATIENCE_SECONDS;
}
