// Stripe's dialect. Its client takes every JSON without an `error` for a success. It reads no Retry-After: sent again by its own
// clock a call would only be refused again, so that it is told not to, and throws.

import { type Dialect, toJsonAnswer, toStatus } from "../dialect.ts";
import type { FailureKind } from "../failure.ts";
import { toSnake } from "./openai.ts";

const TYPES: Readonly<Record<FailureKind, string>> = {
  limited: "invalid_request_error",
  impossible: "invalid_request_error",
  invalid: "invalid_request_error",
  unauthenticated: "invalid_request_error",
  forbidden: "invalid_request_error",
  "not-found": "invalid_request_error",
  "too-large": "invalid_request_error",
  unavailable: "api_error",
  late: "api_error",
  broken: "api_error",
};

export const stripe: Dialect = (failure) => {
  const { kind, message, code } = failure;
  const isLimit = kind === "limited" || kind === "impossible";
  const error = { message, type: TYPES[kind], code: isLimit ? "rate_limit" : toSnake(code) };
  const headers = isLimit ? [["stripe-should-retry", "false"] as const] : [];
  return toJsonAnswer(failure, { status: toStatus(failure), body: { error }, headers });
};
