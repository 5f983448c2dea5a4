// OpenAI's dialect, and those like it: Azure OpenAI, OpenRouter. Their clients throw what `error.message` says, by status.
// They sleep for as long as Retry-After says, or come back within seconds where that is long, unless x-should-retry says no.

import { type Dialect, toJsonAnswer, toStatus } from "../dialect.ts";
import { type Failure, type FailureKind, isVain } from "../failure.ts";

export const openAiTypes: Readonly<Record<FailureKind, string>> = {
  limited: "rate_limit_error",
  impossible: "rate_limit_error",
  invalid: "invalid_request_error",
  unauthenticated: "authentication_error",
  forbidden: "permission_error",
  "not-found": "not_found_error",
  "too-large": "invalid_request_error",
  unavailable: "server_error",
  late: "server_error",
  broken: "server_error",
};

/** What their clients compare `code` with; for all else ours. */
const CODES: Readonly<Partial<Record<FailureKind, string>>> = {
  limited: "rate_limit_exceeded",
  impossible: "rate_limit_exceeded",
  unauthenticated: "invalid_api_key",
};

/** Says to their clients that it would be in vain. */
export function toShouldRetry(failure: Failure): {
  readonly headers?: readonly (readonly [string, string])[];
} {
  return isVain(failure) ? { headers: [["x-should-retry", "false"]] } : {};
}

export const openAi: Dialect = (failure) => {
  const { kind, message, code } = failure;
  const error = { message, type: openAiTypes[kind], param: null, code: CODES[kind] ?? toSnake(code) };
  // Groq's client shows `message`.
  return toJsonAnswer(failure, {
    status: toStatus(failure),
    body: { message, error },
    ...toShouldRetry(failure),
  });
};

/** Its client takes no `code` but a number. */
export const openRouter: Dialect = (failure) => {
  const status = toStatus(failure);
  const error = { code: status, message: failure.message, metadata: { error_type: toSnake(failure.code) } };
  return toJsonAnswer(failure, { status, body: { error }, ...toShouldRetry(failure) });
};

export function toSnake(code: string): string {
  return code.replaceAll("-", "_");
}
