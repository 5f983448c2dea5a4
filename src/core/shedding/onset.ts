// When an origin begins to be overloaded. A line shows it, but chance makes lines as well: what it takes is the longer line,
// or one that grows while more is asked, or one that stays and grows. One that does not grow is a slow origin's, which
// answers all that comes. Mutable.

import { BAD_SHARE, type Judged } from "./judged.ts";
import type { LoadStep } from "./load-sums.ts";

/**
 * Answers take so many times as long as usual: for so many steps, or at once when so many times as much is asked as so many
 * steps before. Between the two, half of the one with half of the other (both in their logarithms) is as much.
 */
const LATE = 3;
const VERY_LATE = 8;
const LATE_STEPS = 4;
const JUMP = 1.3;
/** How much a line has to grow in a step, and in all of the late steps. */
const GROWTH = 1.15;
const GROWTH_SLOW = 1.1;
const BAD_STEPS = 2;

export class Onset {
  #late = 0;
  #bad = 0;

  /** `steps`: the last one at the end. */
  isOverloaded(steps: readonly LoadStep[], { late, badShare }: Judged): boolean {
    this.#late = late > LATE ? this.#late + 1 : 0;
    this.#bad = badShare > BAD_SHARE ? this.#bad + 1 : 0;
    if (this.#bad >= BAD_STEPS) return true;
    if (this.#late === 0) return false;
    const flights = steps.map(({ flight }) => flight);
    if (this.#late >= LATE_STEPS && toGrowth(flights, LATE_STEPS - 1) > GROWTH_SLOW) return true;
    if (toGrowth(flights, 1) <= GROWTH) return false;
    return Math.log(late / LATE) / Math.log(VERY_LATE / LATE) + Math.log(toRise(steps)) / Math.log(JUMP) > 1;
  }

  reset(): void {
    this.#late = this.#bad = 0;
  }
}

/** How many times as much as so many steps before; 0 where nobody knows. */
function toGrowth(values: readonly number[], steps: number): number {
  return (values.at(-1) ?? 0) / (values.at(-1 - steps) ?? Infinity);
}

/** How many times as much is asked as some steps before, less a standard deviation of what chance makes; at least once. */
function toRise(steps: readonly LoadStep[]): number {
  const last = steps.at(-1);
  const before = steps.at(-LATE_STEPS);
  if (last === undefined || before === undefined) return 1;
  const noise = Math.sqrt((2 * last.asked) / Math.max(0.5, last.span));
  return Math.max(1, (last.asked - noise) / Math.max(1, before.asked));
}
