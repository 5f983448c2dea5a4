// Has a stream of events that breaks off say so itself, in the words of its route's API. Where its length is stated, or it is
// coded, nothing can be put to it: then the connection is cut.

import type { ErrorsRule } from "../../core/errors/registry.ts";
import { hasStreamErrors, toStreamError } from "../../core/errors/stream-error.ts";
import { endBrokenAnswer } from "./body-pipe.ts";
import { isPlainEvents } from "./event-filter.ts";

export function sayInStream(response: Response, { errors }: { readonly errors: ErrorsRule }): void {
  if (!hasStreamErrors(errors) || !isPlainEvents(response) || response.headers.has("content-length")) return;
  endBrokenAnswer(
    response,
    (isLate) => toStreamError(isLate ? "answer-too-late" : "answer-incomplete", errors) ?? "",
  );
}
