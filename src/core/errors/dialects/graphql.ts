// GraphQL over HTTP: a list of errors, and no data where nothing was carried out. Of this type clients read it whatever the
// status is.

import { type Dialect, toProblemMembers, toStatus } from "../dialect.ts";
import type { FailureKind } from "../failure.ts";

const CODES: Readonly<Record<FailureKind, string>> = {
  limited: "RATE_LIMITED",
  impossible: "RATE_LIMITED",
  invalid: "BAD_REQUEST",
  unauthenticated: "UNAUTHENTICATED",
  forbidden: "FORBIDDEN",
  "not-found": "NOT_FOUND",
  "too-large": "BAD_REQUEST",
  unavailable: "SERVICE_UNAVAILABLE",
  late: "GATEWAY_TIMEOUT",
  broken: "INTERNAL_SERVER_ERROR",
};

export const graphql: Dialect = (failure) => {
  const { kind, message, retryAfterSeconds: retryAfter } = failure;
  const extensions = { code: CODES[kind], retryAfter, problem: toProblemMembers(failure) };
  return {
    status: toStatus(failure),
    contentType: "application/graphql-response+json",
    body: JSON.stringify({ errors: [{ message, extensions }] }),
    isOpen: false,
  };
};
