// Slack's dialect. Its client stops all its calls for as long as the Retry-After of a 429 says, and sends everything that is no
// 200 again, ten times in half an hour. What must not be sent again is therefore a 200 that is not ok, as the API itself
// says it: a refusal for longer than a minute too.

import { type Dialect, toJsonAnswer } from "../dialect.ts";
import { type FailureKind, isVain } from "../failure.ts";
import { toSnake } from "./openai.ts";

const ERRORS: Readonly<Partial<Record<FailureKind, string>>> = {
  limited: "ratelimited",
  impossible: "ratelimited",
  unauthenticated: "invalid_auth",
  forbidden: "access_denied",
};

const AGAIN: ReadonlySet<FailureKind> = new Set<FailureKind>(["unavailable", "late", "broken"]);

export const slack: Dialect = (failure) => {
  const { kind, message, code, status } = failure;
  const body = { ok: false, error: ERRORS[kind] ?? toSnake(code), message };
  if (kind === "limited") return toJsonAnswer(failure, { status: isVain(failure) ? 200 : 429, body });
  return toJsonAnswer(failure, { status: AGAIN.has(kind) ? status : 200, body });
};
