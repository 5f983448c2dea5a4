// What a Worker instance (isolate) has admitted by itself and counter objects have yet to charge: surely, or perhaps, where
// an object's answer is still to come.

import type { Check, KeyChecks, Settlement, SettledCheck } from "./counter-messages.ts";
import { toCounterName } from "./plans.ts";

/** Counters that one message settles. */
const SETTLED_MAX = 100;

/** What an object is owed for one counter. */
interface Debt {
  readonly key: string;
  readonly check: Omit<SettledCheck, "taken" | "actual">;
  units: number;
  /** Units that the object may be charging by itself. */
  doubtful: number;
}

type Added = Pick<Debt, "key" | "check"> & Partial<Pick<Debt, "units" | "doubtful">>;

export class Debts {
  /** By object, then by counter. */
  readonly #objects = new Map<string, Map<string, Debt>>();
  readonly #sizeMax: number;
  #size = 0;

  /** Counters beyond so many are charged for nothing. */
  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  /** Units that the object is owed for this counter, or perhaps owed. */
  sum(object: string, key: string, check: Pick<Check, "policy" | "plan">): number {
    const { units = 0, doubtful = 0 } = this.#objects.get(object)?.get(toName(key, check)) ?? {};
    return units + doubtful;
  }

  /** Adds what these checks cost, `units` and `doubtful` times. */
  addChecks(object: string, keys: readonly KeyChecks[], { units = 0, doubtful = 0 }: Partial<Debt>): void {
    for (const { key, checks } of keys) {
      for (const check of checks) {
        const { cost } = check;
        this.add(object, { key, check, units: units * cost, doubtful: doubtful * cost });
      }
    }
  }

  add(object: string, { key, check, units = 0, doubtful = 0 }: Added): void {
    const debts = this.#objects.get(object) ?? new Map<string, Debt>();
    const name = toName(key, check);
    const debt = debts.get(name);
    if (debt !== undefined) {
      debt.units = Math.max(0, debt.units + units);
      debt.doubtful = Math.max(0, debt.doubtful + doubtful);
      if (debt.units + debt.doubtful === 0) this.#delete(object, name);
    } else if (units + doubtful > 0 && this.#size < this.#sizeMax) {
      const { policy, algorithm, settings, plan, isEstimate } = check;
      debts.set(name, { key, check: { policy, algorithm, settings, plan, isEstimate }, units, doubtful });
      this.#objects.set(object, debts);
      this.#size += 1;
    }
  }

  /** What the object is surely owed, as a settlement has it: it may have charged that from now on. */
  take(object: string): Settlement["keys"] {
    if (this.#size === 0) return [];
    const due = [...(this.#objects.get(object)?.values() ?? [])].filter(({ units }) => units > 0);
    const taken = due.slice(0, SETTLED_MAX).map(({ key, check, units }) => {
      return { key, checks: [{ ...check, taken: 0, actual: units }] };
    });
    for (const { key, checks } of taken) {
      for (const check of checks)
        this.add(object, { key, check, units: -check.actual, doubtful: check.actual });
    }
    return taken;
  }

  #delete(object: string, name: string): void {
    const debts = this.#objects.get(object);
    debts?.delete(name);
    if (debts?.size === 0) this.#objects.delete(object);
    this.#size -= 1;
  }
}

function toName(key: string, check: Pick<Check, "policy" | "plan">): string {
  return `${toCounterName(check)}\n${key}`;
}
