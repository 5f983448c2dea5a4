// Whether holding back is of any use. An origin with a line answers as much when less is let in, and its line goes; one that
// is slow, or fails, for another reason answers less, as slowly or as badly. Mutable.

import { BAD_SHARE, type Judged } from "./judged.ts";
import type { LoadStep } from "./load-sums.ts";

/** After so many steps in which nothing changes, and less is answered, it is of no use. */
const STEPS = 6;
const LESS = 0.8;
/** Nothing changes while the pace, or the share of failures, stays within this factor of its mean. */
const SAME = 0.5;
const NEWS = 0.35;
/** A line that is getting shorter now may still be within it. */
const FALLING = 0.8;
/** What was answered at most is forgotten slowly, so that a chance step does not begin all anew. */
const FORGOTTEN = 0.98;
/** The first reports still tell of the time before. */
const FIRST_STEPS = 7;
/** The same where for so many steps no answer was quick, while the pace hardly changed and less was answered. */
const SLOW_STEPS = 8;
const QUICK = 1.6;
const SPREAD = 3;
const LESS_FOR_LONG = 0.85;
/** Where nothing is held back: an origin that answers all that comes has no line. */
const ANSWERED = 0.95;

export class Standstill {
  readonly #isShadow: boolean;
  #seen = 0;
  #steps = 0;
  #late = 0;
  #lates: readonly number[] = [];
  #badShare = 0;
  #answers: number;
  #most: number;

  constructor(answers: number, isShadow: boolean) {
    this.#answers = this.#most = answers;
    this.#isShadow = isShadow;
  }

  /** In a row. */
  get steps(): number {
    return this.#steps;
  }

  /** Adds a step; `isTrouble`: there is a line, or failures. Says why holding back is of no use; undefined: it may be. */
  add(step: LoadStep, judged: Judged, isTrouble: boolean): "slow" | "failing" | undefined {
    const { late, badShare } = judged;
    const isFalling = late < FALLING * this.#late;
    const isLate = isTrouble && isSame(this.#late, late);
    const isBad = badShare > BAD_SHARE && isSame(this.#badShare, badShare);
    this.#count(step, judged, isLate || isBad);
    if (this.#isShadow) return this.#isAnswering(step) && isLate ? "slow" : undefined;
    if (this.#isNeverQuick()) return "slow";
    if (!this.#isLessAnswered() || (isLate && isFalling)) return undefined;
    return isBad ? "failing" : "slow";
  }

  #isAnswering({ asked }: LoadStep): boolean {
    return this.#steps >= STEPS && this.#answers > ANSWERED * asked;
  }

  #isLessAnswered(): boolean {
    return this.#steps >= STEPS && this.#answers <= LESS * this.#most;
  }

  /** A line that goes in between makes some steps quick; an origin that became slow has none. */
  #isNeverQuick(): boolean {
    if (this.#seen <= SLOW_STEPS + 2) return false;
    const least = Math.min(...this.#lates);
    const isSteady = Math.max(...this.#lates) < SPREAD * least;
    return least > QUICK && isSteady && this.#answers < LESS_FOR_LONG * this.#most;
  }

  #count({ answers }: LoadStep, { late, badShare }: Judged, isSameAgain: boolean): void {
    const news = isSameAgain ? NEWS : 1;
    this.#seen += 1;
    this.#steps = isSameAgain ? this.#steps + 1 : 0;
    this.#late += (late - this.#late) * news;
    this.#lates = [...this.#lates.slice(1 - SLOW_STEPS), late];
    this.#badShare += (badShare - this.#badShare) * news;
    this.#answers += (answers - this.#answers) * NEWS;
    const most = this.#seen <= FIRST_STEPS ? 0 : this.#most * (isSameAgain ? 1 : FORGOTTEN);
    this.#most = Math.max(this.#answers, most);
  }
}

function isSame(before: number, after: number): boolean {
  return after > before * SAME && before > after * SAME;
}
