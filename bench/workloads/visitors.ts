// Clients that come once: each sends 8 requests within 2 seconds, and never again. What most of a public site's clients do,
// and the dearest that there is for whoever stores a row for each.

import { PROMPT, type Workload } from "./workload.ts";

const REQUESTS = 8;
const VISIT_MS = 2_000;
const STEP_MS = VISIT_MS / (REQUESTS - 1);
const ADDRESSES = 2 ** 24;

interface Visit {
  readonly address: string;
  dueMs: number;
  left: number;
}

export const visitors: Workload = {
  name: "visitors",
  createAddresses: () => createVisitors(() => performance.now()),
  limit: { units: 100, windowMs: 60_000 },
  origin: PROMPT,
};

/** Whoever's next request is due goes first; while nobody's is, another visitor comes. */
export function createVisitors(readMs: () => number): () => string {
  /** In the order in which they are due, since all wait equally long. */
  let waiting: Visit[] = [];
  let come = 0;
  return () => {
    const nowMs = readMs();
    // Their row had no turn for so long that they would come back to it, which visitors do not.
    waiting = waiting[0] !== undefined && nowMs - waiting[0].dueMs > VISIT_MS ? [] : waiting;
    const [first] = waiting;
    const isDue = first !== undefined && first.dueMs <= nowMs;
    const visit = isDue ? first : { address: toAddress((come += 1)), dueMs: nowMs, left: REQUESTS };
    if (isDue) waiting.shift();
    visit.left -= 1;
    visit.dueMs = nowMs + STEP_MS;
    if (visit.left > 0) waiting.push(visit);
    return visit.address;
  };
}

function toAddress(visitor: number): string {
  const address = visitor % ADDRESSES;
  return `10.${address >> 16}.${(address >> 8) & 255}.${address & 255}`;
}
