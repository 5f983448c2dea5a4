// A key that nobody else uses, in an isolate that has never heard of it, while its counter object is away: what a share for
// strangers refuses.

import { type AlgorithmName, algorithms } from "../../src/core/algorithms/registry.ts";
import { MESSAGE_VERSION } from "../../src/core/counters/counter-messages.ts";
import { FallbackCounters } from "../../src/core/counters/fallback-counters.ts";

/** What it asks for, as a share of its limit. */
export const DEMANDS: readonly number[] = [0.05, 0.1, 0.2, 1];
const WINDOW_MS = 60_000;
const AWAY_MS = 160_000;
const START_MS = 1_700_000_040_000;
const DIVIDING = { object: "o", wholePolicies: new Set<string>() };

interface Lone {
  readonly algorithm: AlgorithmName;
  readonly limit: number;
  readonly demand: number;
}

/** The share of its requests that is refused. */
export function playLone({ algorithm, limit, demand }: Lone): number {
  const parsed = algorithms[algorithm].parseConfig({ limit, window: `${WINDOW_MS}ms` });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const keys = [{ key: "k", checks: [{ policy: "p", algorithm, settings: parsed.value, cost: 1 }] }];
  const fallback = new FallbackCounters();
  const requests = Math.floor((AWAY_MS / WINDOW_MS) * limit * demand);
  let refused = 0;
  for (let index = 0; index < requests; index += 1) {
    const nowMs = Math.floor(START_MS + (index * AWAY_MS) / requests);
    const request = { version: MESSAGE_VERSION, phase: "take", id: String(index), keys } as const;
    const { verdicts } = fallback.decide(request, DIVIDING, nowMs);
    refused += Number(verdicts[0]?.outcome !== "allowed");
  }
  return refused / Math.max(1, requests);
}
