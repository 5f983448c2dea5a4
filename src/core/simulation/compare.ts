// Two configurations over the same requests: what changes for whom.

import type { Replayed } from "./replay.ts";

export interface Changes {
  /** Let through by the old, refused by the new. */
  readonly newlyDenied: number;
  readonly newlyAllowed: number;
  readonly firstNewlyDeniedMs: number | undefined;
  /** Consumers, or the keys of those without a name, who are denied newly: the worst first. */
  readonly hurt: readonly { readonly who: string; readonly count: number }[];
}

/** Who is told apart; all others count together. */
const HURT_MAX = 100_000;

export class Comparison {
  #newlyDenied = 0;
  #newlyAllowed = 0;
  #firstMs: number | undefined;
  readonly #hurt = new Map<string, number>();

  add(old: Replayed, next: Replayed): void {
    const [was, is] = [isLetThrough(old), isLetThrough(next)];
    if (was === is) return;
    if (is) {
      this.#newlyAllowed += 1;
      return;
    }
    this.#newlyDenied += 1;
    this.#firstMs ??= next.atMs;
    const who =
      next.consumer ?? next.rows.find(({ policy }) => next.violated.includes(policy.name))?.key ?? "";
    const name = this.#hurt.has(who) || this.#hurt.size < HURT_MAX ? who : "others";
    this.#hurt.set(name, (this.#hurt.get(name) ?? 0) + 1);
  }

  toChanges(worst: number): Changes {
    const hurt = [...this.#hurt].sort(([, a], [, b]) => b - a).slice(0, worst);
    return {
      newlyDenied: this.#newlyDenied,
      newlyAllowed: this.#newlyAllowed,
      firstNewlyDeniedMs: this.#firstMs,
      hurt: hurt.map(([who, count]) => ({ who, count })),
    };
  }
}

function isLetThrough({ outcome }: Replayed): boolean {
  return outcome === "allowed" || outcome === "free";
}
