// The dialects of Google's APIs: of Gemini, whose clients read the status of google.rpc and how long to wait out of RetryInfo,
// and of the older ones, whose clients read a reason out of `errors`.

import { type Dialect, type DialectAnswer, toJsonAnswer, toStatus } from "../dialect.ts";
import { type Failure, type FailureKind, isVain } from "../failure.ts";

/** The codes of google.rpc.Code, with their numbers. */
const RPC: Readonly<Record<FailureKind, readonly [name: string, code: number]>> = {
  limited: ["RESOURCE_EXHAUSTED", 8],
  impossible: ["RESOURCE_EXHAUSTED", 8],
  invalid: ["INVALID_ARGUMENT", 3],
  unauthenticated: ["UNAUTHENTICATED", 16],
  forbidden: ["PERMISSION_DENIED", 7],
  "not-found": ["NOT_FOUND", 5],
  "too-large": ["INVALID_ARGUMENT", 3],
  unavailable: ["UNAVAILABLE", 14],
  late: ["DEADLINE_EXCEEDED", 4],
  broken: ["INTERNAL", 13],
};

const REASONS: Readonly<Record<FailureKind, string>> = {
  limited: "rateLimitExceeded",
  impossible: "quotaExceeded",
  invalid: "badRequest",
  unauthenticated: "authError",
  forbidden: "forbidden",
  "not-found": "notFound",
  "too-large": "uploadTooLarge",
  unavailable: "backendError",
  late: "backendError",
  broken: "internalError",
};

export const toRpcStatus = (kind: FailureKind): string => RPC[kind][0];
export const toRpcCode = (kind: FailureKind): number => RPC[kind][1];

export const gemini: Dialect = (failure) => toGoogleAnswer(failure, {});

export const google: Dialect = (failure) => {
  const { kind, message } = failure;
  // A reason of days is one that clients do not wait for.
  const reason = kind === "limited" && isVain(failure) ? "dailyLimitExceeded" : REASONS[kind];
  const domain = kind === "limited" || kind === "impossible" ? "usageLimits" : "global";
  return toGoogleAnswer(failure, { errors: [{ domain, reason, message }] });
};

function toGoogleAnswer(failure: Failure, more: object): DialectAnswer {
  const { kind, message, retryAfterSeconds } = failure;
  const status = toStatus(failure);
  const details =
    retryAfterSeconds === undefined
      ? []
      : [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${retryAfterSeconds}s` }];
  const error = { code: status, message, status: toRpcStatus(kind), ...more, details };
  return toJsonAnswer(failure, { status, body: { error } });
}
