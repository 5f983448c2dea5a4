// A counter store in memory that counts its rows and can be made to fail: what a counter table needs of storage.

import { algorithms, type AlgorithmName } from "../../../src/core/algorithms/registry.ts";
import type { CounterStore } from "../../../src/core/counters/key-entries.ts";
import {
  type Check,
  type CounterReply,
  type CounterRequest,
  type KeyChecks,
  MESSAGE_VERSION,
  type Phase,
} from "../../../src/core/counters/counter-messages.ts";

export class MapStore implements CounterStore {
  readonly rows = new Map<string, string>();
  readonly forgotten: string[] = [];
  writes = 0;
  failsAfter = Infinity;

  readonly read = (key: string): string | undefined => this.rows.get(key);
  readonly write = (key: string, text: string): void => {
    if (this.failsAfter <= 0) throw new Error("storage failed");
    this.failsAfter -= 1;
    this.writes += 1;
    this.rows.set(key, text);
  };
  readonly onForgotten = (key: string, policies: readonly string[], reason: string): void => {
    this.forgotten.push(`${key} ${policies.join()} ${reason}`);
  };
}

/** A check of a policy with these options, as headgate.config.ts would give them. */
export function toCheck(policy: string, options: Record<string, unknown>, cost = 1): Check {
  const algorithm = options["algorithm"] as AlgorithmName;
  const settings = algorithms[algorithm].parseConfig(options);
  if (!settings.ok) throw new Error(JSON.stringify(settings.error));
  return { policy, algorithm, settings: settings.value, cost };
}

let ids = 0;

export function toRequest(phase: Phase, keys: readonly KeyChecks[], id = `id-${(ids += 1)}`): CounterRequest {
  return { version: MESSAGE_VERSION, phase, id, keys };
}

export function toTake(key: string, ...checks: readonly Check[]): CounterRequest {
  return toRequest("take", [{ key, checks }]);
}

export function isAllowed(reply: CounterReply): boolean {
  return reply.verdicts.every(({ outcome }) => outcome === "allowed");
}
