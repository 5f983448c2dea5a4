// GitHub's dialect. Its client waits for as long as Retry-After says only on a 403 that names a secondary rate limit; a 429 it
// sends again after 1, 4 and 9 seconds, whatever that says, as it does a 413.

import { type Dialect, toJsonAnswer } from "../dialect.ts";

export const github: Dialect = (failure) => {
  const { kind, message, status } = failure;
  if (kind === "limited") {
    const text = `You have exceeded a secondary rate limit. ${message}`;
    return toJsonAnswer(failure, { status: 403, body: { message: text, status: "403" } });
  }
  const said = kind === "impossible" ? 422 : kind === "too-large" ? 400 : status;
  return toJsonAnswer(failure, { status: said, body: { message, status: String(said) } });
};
