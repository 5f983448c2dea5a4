// Anthropic's dialect. Its client sleeps for as long as Retry-After says, unless x-should-retry says no. `message` beside
// `error` is what it shows as text; without it, the whole body.

import { type Dialect, toJsonAnswer, toStatus } from "../dialect.ts";
import type { FailureKind } from "../failure.ts";
import { toShouldRetry } from "./openai.ts";

const TYPES: Readonly<Record<FailureKind, string>> = {
  limited: "rate_limit_error",
  impossible: "rate_limit_error",
  invalid: "invalid_request_error",
  unauthenticated: "authentication_error",
  forbidden: "permission_error",
  "not-found": "not_found_error",
  "too-large": "request_too_large",
  unavailable: "overloaded_error",
  late: "timeout_error",
  broken: "api_error",
};

export const anthropic: Dialect = (failure) => {
  const { kind, message } = failure;
  return toJsonAnswer(failure, {
    status: toStatus(failure),
    body: { type: "error", message, error: { type: TYPES[kind], message } },
    ...toShouldRetry(failure),
  });
};
