// A counter object as far as its clock and its evictions go.

import { CounterClock } from "../../../src/core/counters/counter-clock.ts";
import {
  type Check,
  type CheckVerdict,
  MESSAGE_VERSION,
} from "../../../src/core/counters/counter-messages.ts";
import { CounterTable } from "../../../src/core/counters/counter-table.ts";
import { findTop } from "../../../src/core/counters/find-top.ts";
import { MapStore, toRequest } from "./map-store.ts";

export class ClockedOwner {
  readonly store = new MapStore();
  #clock: CounterClock;
  #table: CounterTable;

  constructor(clockMs: number) {
    this.#clock = new CounterClock(clockMs);
    this.#table = new CounterTable(this.store, 10, this.#clock);
  }

  evict(clockMs: number): void {
    this.#clock = new CounterClock(clockMs);
    this.#table = new CounterTable(this.store, 10, this.#clock);
  }

  ask(check: Check, clockMs: number, key = "k"): CheckVerdict {
    this.#read(clockMs);
    const request = toRequest("take", [{ key, checks: [check] }]);
    const [verdict] = this.#table.handle(request, this.#clock.timeMs).verdicts;
    if (verdict === undefined) throw new Error("no verdict");
    return verdict;
  }

  /** Takes one unit at one time and gives it back at the other. */
  takeAndGiveBack(
    check: Check,
    takenAtMs: number,
    { clockMs, evicts }: { clockMs: number; evicts: boolean },
  ): void {
    this.#read(takenAtMs);
    const request = toRequest("take", [{ key: "k", checks: [check] }]);
    this.#table.handle(request, this.#clock.timeMs);
    if (evicts) this.evict(clockMs);
    this.#read(clockMs);
    const keys = [{ key: "k", checks: [{ ...check, taken: 1, actual: 0 }] }];
    this.#table.settle({ version: MESSAGE_VERSION, id: request.id, takenAtMs, keys }, this.#clock.timeMs);
  }

  top(check: Check, clockMs: number): number {
    this.#read(clockMs);
    const rows = [...this.store.rows].map(([key, record]) => ({ key, record }));
    const question = { ...check, version: MESSAGE_VERSION, most: 10 } as const;
    const { keys } = findTop(rows, question, { nowMs: this.#clock.timeMs, rowsMax: 10, clock: this.#clock });
    return keys[0]?.used ?? 0;
  }

  #read(clockMs: number): void {
    if (this.#clock.read(clockMs)) this.#table = new CounterTable(this.store, 10, this.#clock);
  }
}
