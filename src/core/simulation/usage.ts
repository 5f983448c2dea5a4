// What keys use of each policy within its window, whatever is allowed: what a limit is chosen by. A key's peak is its
// largest sum over a window that moves in tenths.

import type { Replayed } from "./replay.ts";

const PARTS = 10;
/** Keys of a policy that are told apart; what others use is not looked at. */
const KEYS_MAX = 500_000;

export interface PolicyUsage {
  readonly policy: string;
  /** The tier whose limits it is about; "" for the policy's own. */
  readonly tier: string;
  readonly limit: number;
  readonly windowMs: number;
  readonly requests: number;
  /** The peak of each key, ascending. */
  readonly peaks: readonly number[];
}

class KeyUsage {
  readonly #parts = Array.from({ length: PARTS }, () => 0);
  #part = -Infinity;
  #sum = 0;
  peak = 0;

  add(part: number, cost: number): void {
    for (let passed = Math.max(this.#part + 1, part - PARTS + 1); passed <= part; passed += 1) {
      this.#sum -= this.#parts[passed % PARTS] ?? 0;
      this.#parts[passed % PARTS] = 0;
    }
    this.#part = Math.max(this.#part, part);
    this.#parts[part % PARTS] = (this.#parts[part % PARTS] ?? 0) + cost;
    this.#sum += cost;
    this.peak = Math.max(this.peak, this.#sum);
  }
}

interface Collected {
  readonly policy: string;
  readonly tier: string;
  readonly limit: number;
  readonly windowMs: number;
  requests: number;
  readonly keys: Map<string, KeyUsage>;
}

export class Usage {
  readonly #collected = new Map<string, Collected>();
  firstMs: number | undefined;
  lastMs = 0;

  add({ rows, atMs }: Replayed): void {
    this.firstMs ??= atMs;
    this.lastMs = atMs;
    for (const { policy, key, cost } of rows) {
      const { name, plan = "", limit, windowMs } = policy;
      if (windowMs === undefined || cost === 0) continue;
      const collected = this.#of(`${name}/${plan}`, { policy: name, tier: plan, limit, windowMs });
      collected.requests += 1;
      const known = collected.keys.get(key);
      if (known === undefined && collected.keys.size >= KEYS_MAX) continue;
      const usage = known ?? new KeyUsage();
      if (known === undefined) collected.keys.set(key, usage);
      usage.add(Math.floor((atMs * PARTS) / windowMs), cost);
    }
  }

  list(): readonly PolicyUsage[] {
    return Array.from(this.#collected.values(), toPolicyUsage);
  }

  #of(id: string, told: Omit<Collected, "requests" | "keys">): Collected {
    const known = this.#collected.get(id);
    if (known !== undefined) return known;
    const collected = { ...told, requests: 0, keys: new Map<string, KeyUsage>() };
    this.#collected.set(id, collected);
    return collected;
  }
}

function toPolicyUsage({ keys, ...told }: Collected): PolicyUsage {
  return { ...told, peaks: Array.from(keys.values(), ({ peak }) => peak).sort((a, b) => a - b) };
}
