// Whether answers say that they were decided without a store: then a run tells of the machine, not of the subject.

import type { Reply } from "../client.ts";

export function findDegraded(replies: readonly Reply[]): string | undefined {
  return replies.some(({ fields }) => fields["x-ratelimit-degraded"] !== undefined)
    ? "it said that it was degraded"
    : undefined;
}
