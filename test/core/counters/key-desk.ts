// One key of a counter table over rows that outlive it.

import { CounterTable } from "../../../src/core/counters/counter-table.ts";
import {
  type Check,
  type CheckVerdict,
  type Committed,
  MESSAGE_VERSION,
  type Phase,
} from "../../../src/core/counters/counter-messages.ts";
import { MapStore, toCheck } from "./map-store.ts";

export const NOW_MS = 1_700_000_000_000;
export const LIMIT = 5;
export const day = { algorithm: "sliding-window-log", limit: LIMIT, window: "24h" };

export class Desk {
  readonly store = new MapStore();
  readonly check: Check;
  #table = new CounterTable(this.store, 10);

  constructor(options: Record<string, unknown> = day) {
    this.check = toCheck("p", options);
  }

  ask(
    phase: Phase,
    id: string,
    { nowMs = NOW_MS, cost = 1, ...more }: Partial<Asked> = {},
  ): CheckVerdict | undefined {
    const keys = [{ key: "k", checks: [{ ...this.check, cost }] }];
    return this.#table.handle({ version: MESSAGE_VERSION, phase, id, keys, ...more }, nowMs).verdicts[0];
  }

  settle(id: string, actual: number, nowMs = NOW_MS, takenAtMs = NOW_MS): void {
    const { policy, algorithm, settings } = this.check;
    const checks = [{ policy, algorithm, settings, taken: 1, actual }];
    this.#table.settle({ version: MESSAGE_VERSION, id, takenAtMs, keys: [{ key: "k", checks }] }, nowMs);
  }

  used(nowMs = NOW_MS): number {
    return LIMIT - (this.ask("take", `peek ${Math.random()}`, { nowMs, cost: 0 })?.remaining ?? NaN);
  }

  reset(): void {
    this.#table = new CounterTable(this.store, 10);
  }
}

export interface Asked {
  readonly nowMs: number;
  readonly cost: number;
  readonly committed: Committed;
  readonly confirmed: readonly string[];
}
