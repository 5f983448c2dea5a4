// When an origin begins to be overloaded. A line shows it, but chance makes lines as well: what it takes is the longer line,
// or one that grows while more is asked, or one that stays and grows. One that does not grow is a slow origin's, which
// answers all that comes. Mutable.

import { BAD_SHARE, type Judged } from "./judged.ts";
import type { LoadStep } from "./load-sums.ts";

/** Answers take so many times as long as usual: at once, or for so many steps, or when more is asked than so many before. */
const VERY_LATE = 8;
const LATE = 3;
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
    const asked = steps.map((step) => step.asked);
    return late > VERY_LATE || toGrowth(asked, LATE_STEPS - 1) > JUMP;
  }

  reset(): void {
    this.#late = this.#bad = 0;
  }
}

/** How many times as much as so many steps before; 0 where nobody knows. */
function toGrowth(values: readonly number[], steps: number): number {
  return (values.at(-1) ?? 0) / (values.at(-1 - steps) ?? Infinity);
}
