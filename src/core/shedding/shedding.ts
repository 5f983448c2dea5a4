// One time of overload, from its first step to its last: how many requests a second are let in. The origin is a line with
// so many slots: what it answers while all of them are taken is what it can, and so much is let in, less what makes the
// line in front of it go. What was said in the last second or two has not yet been seen to work, so the line is foreseen
// from it (a Smith predictor): else each step would cut again for the same line. Mutable.

import { BAD_SHARE, type Judged } from "./judged.ts";
import type { LoadStep } from "./load-sums.ts";
import { Standstill } from "./standstill.ts";

/** All slots are taken where so many times as many requests are on their way as fit into them. */
const FULL = 1.75;
/** In which time a longer line is to be gone, in seconds: who stands behind it is late, critical or not. */
const DRAIN = 1;
/**
 * How much of a step's news of the origin's capacity is believed: at first, and then. The first steps still have answers of
 * the time before, so they count for little once there are others.
 */
const NEWS = [0.7, 0.9, 0.7, 0.5, 0.35, 0.25] as const;
const NEWS_LATER = 0.15;
/** Where far less than before is answered, slots are lost, and the news counts as at first; less than that may be chance. */
const LOST = 0.75;
const GONE = 0.5;
/**
 * How much more is tried with each step without a line: little at first, as the line that it makes is seen late, and then
 * faster, for slots that came back. Never far beyond what was answered, which an origin that is full does not raise.
 */
const RISES = [0.01, 0.01, 0.02, 0.02, 0.03, 0.05, 0.12, 0.2, 0.3] as const;
const SHOWN = { first: 1.15, later: 1.35, laterSteps: 7 } as const;
/** From so many steps in which nothing changes so much less is let in with each. */
const PATIENT_STEPS = 3;
const PRESS = 0.06;
/** So many steps with room for everybody, and it is over. */
const IDLE_STEPS = 3;

/** Goes on; is over; or was of no use, because the origin is slow, or fails, for another reason. */
export type Outcome = "shed" | "over" | "slow" | "failing";

export class Shedding {
  readonly #isShadow: boolean;
  /** What the origin can answer a second, as far as it showed. */
  #capacity: number;
  #learnt = 0;
  /** The same when there was a line last: what is tried beyond it is a guess until it is answered. */
  #measured = 0;
  #room: number;
  /** What the last three steps let in, the last one first. */
  #before: readonly number[];
  #quiet = 0;
  #idle = 0;
  #flight = 0;
  #answers = 0;
  readonly #standstill: Standstill;

  /** `letIn`: requests a second that were let in by the steps before. */
  constructor(step: LoadStep, letIn: number, isShadow: boolean) {
    this.#isShadow = isShadow;
    this.#capacity = Math.max(1, step.answers - step.bad);
    this.#room = this.#capacity;
    this.#before = [letIn, letIn, letIn];
    this.#standstill = new Standstill(this.#capacity, isShadow);
  }

  /** Requests a second that are to be let in. */
  get room(): number {
    return this.#room;
  }

  steer(step: LoadStep, judged: Judged, baseMs: number): Outcome {
    const shown = Math.min(this.#capacity, Math.max(this.#measured, step.answers));
    const slots = (shown * baseMs) / 1_000;
    const isFull = step.flight > slots * FULL;
    const isBad = judged.badShare > BAD_SHARE;
    if (isFull || isBad) this.#measure(step);
    else this.#probe(step, judged.late);
    const useless = this.#standstill.add(step, judged, isFull || isBad);
    if (useless !== undefined) return useless;
    this.#setRoom(step, baseMs, isBad);
    this.#flight = step.flight;
    this.#answers = step.answers;
    this.#before = [Math.min(step.asked, this.#room), ...this.#before.slice(0, 2)];
    this.#idle = this.#room >= step.asked && !isFull && !isBad ? this.#idle + 1 : 0;
    return this.#idle >= IDLE_STEPS ? "over" : "shed";
  }

  #measure({ answers, bad, flight }: LoadStep): void {
    const good = answers - bad;
    // A line that went within the step left slots empty.
    const isGone = flight < this.#flight * GONE;
    if (isGone && good < this.#capacity) return;
    if (this.#quiet > 0) {
      this.#learnt = Math.min(this.#learnt, good < LOST * this.#measured ? 1 : NEWS.length - 1);
      // What was tried was too much.
      this.#capacity = Math.min(this.#capacity, Math.max(this.#measured, good));
    }
    this.#quiet = 0;
    this.#capacity += (good - this.#capacity) * (NEWS[this.#learnt] ?? NEWS_LATER);
    this.#learnt += 1;
    this.#measured = this.#capacity;
  }

  #probe({ asked, answers }: LoadStep, late: number): void {
    if (this.#room >= asked) return;
    this.#quiet += 1;
    const rise = RISES[Math.min(this.#quiet, RISES.length) - 1] ?? 0;
    const more = this.#capacity * (1 + rise * Math.min(1, Math.max(0, FULL - late) / (FULL - 1)));
    const shown = this.#quiet < SHOWN.laterSteps ? SHOWN.first : SHOWN.later;
    const answered = Math.max(answers, (answers + this.#answers) / 2);
    this.#capacity = Math.max(this.#capacity, Math.min(more, answered * shown));
  }

  #setRoom({ flight, age, span }: LoadStep, baseMs: number, isBad: boolean): void {
    if (this.#isShadow) {
      this.#room = this.#capacity;
      return;
    }
    // What is said now is heard as long from now as the last reports are old, and these tell of the middle of their spans.
    const seconds = 2 * age + span / 2;
    let line = flight - (this.#capacity * baseMs * FULL) / 1_000;
    for (const [steps, room] of this.#before.entries())
      line += Math.min(1, Math.max(0, seconds - steps)) * (room - this.#capacity);
    // A line that stays all the same is pressed harder: it goes, or it is seen that there is none.
    const pressed = 1 - PRESS * Math.max(0, this.#standstill.steps - PATIENT_STEPS);
    this.#room = Math.max(0, this.#capacity * pressed - Math.max(0, line) / DRAIN) * (isBad ? 0.95 : 1);
  }
}
