// What a client gets of what an origin answered, or of why it did not: a problem, and a line in the log.

import { logFailed, type LoggedRequest } from "../log/log-request.ts";
import { toProblemResponse } from "../request/problem-response.ts";
import type { OriginAnswer } from "./forward.ts";

export function toOriginResponse(answer: OriginAnswer, request: LoggedRequest): Response {
  if (answer.ok) return answer.value;
  logFailed(request, answer.error);
  const { code, retryAfterMs, denied } = answer.error;
  const { config, facts, route } = request;
  const violated = denied === undefined ? {} : { violated: denied.violated };
  return toProblemResponse(code, {
    name: config.name,
    errors: route.errors,
    requestId: facts.requestId,
    retryAfterMs,
    ...violated,
  });
}
