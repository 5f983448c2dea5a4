// A budget of calls in a rolling window for each key, counted one by one. Refused calls do not count. Of the keys that were
// used longest ago it forgets, so that inventing keys costs no memory without end.

const KEYS_MAX = 10_000;

export interface BudgetRules {
  readonly limit: number;
  readonly windowMs: number;
}

export interface Usage {
  /** Whole percent, as the Graph API tells it: 100 only when nothing is left. */
  readonly percent: number;
  readonly isUsedUp: boolean;
  /** Until one call is free again; 0 when one is. */
  readonly regainMs: number;
}

export class RollingBudget {
  readonly rules: BudgetRules;
  readonly #servedMs = new Map<string, number[]>();

  constructor(rules: BudgetRules) {
    this.rules = rules;
  }

  read(key: string, nowMs: number): Usage {
    const { limit, windowMs } = this.rules;
    const served = this.#sweep(key, nowMs);
    const isUsedUp = served.length >= limit;
    const [oldestMs = nowMs] = served;
    return {
      percent: Math.min(100, Math.floor((100 * served.length) / limit)),
      isUsedUp,
      regainMs: isUsedUp ? Math.max(1, oldestMs + windowMs - nowMs) : 0,
    };
  }

  take(key: string, nowMs: number): void {
    const served = this.#sweep(key, nowMs);
    served.push(nowMs);
    this.#servedMs.delete(key);
    this.#servedMs.set(key, served);
    const [oldest] = this.#servedMs.keys();
    if (this.#servedMs.size > KEYS_MAX && oldest !== undefined) this.#servedMs.delete(oldest);
  }

  #sweep(key: string, nowMs: number): number[] {
    const served = this.#servedMs.get(key) ?? [];
    const fromMs = nowMs - this.rules.windowMs;
    const first = served.findIndex((ms) => ms > fromMs);
    served.splice(0, first === -1 ? served.length : first);
    return served;
  }
}
