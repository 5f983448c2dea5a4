// Finds out how much an origin can answer, from what all isolates report of it, and how much of what comes is let in. By
// Little's law requests on their way divided by answers a second are the time of an answer, at once and not only once the
// slow ones are through. Slow is not overloaded: where letting in less does not help, it ends, and the new pace is usual.
// Mutable, bounded, with time as an argument.

import { easeShares } from "./eased-shares.ts";
import type { Judged } from "./judged.ts";
import { ALL_OPEN, type LoadReport, type LoadView, RANKS } from "./load.ts";
import { type LoadStep, LoadSums } from "./load-sums.ts";
import { Onset } from "./onset.ts";
import { Shedding } from "./shedding.ts";
import { ServedShare } from "./served-share.ts";
import { NEARLY_ALL, shareRoom } from "./share-room.ts";

const STEP_MS = 1_000;

/** Fewer answers, or fewer requests on their way, say nothing. */
const ANSWERS_MIN = 20;
const FLIGHT_MIN = 4;
const STEPS_KEPT = 10;

/** Above it nothing is usual. */
const LATE = 3;
/** Some always get through: or nobody would see that the origin is well again. */
const OPEN_MIN = 0.02;
/** How much is asked is foreseen from so many steps, and at most so many times as much. */
const TREND_STEPS = 3;
const TREND_MAX = 1.3;
/** So many standard deviations of two counts are no trend. */
const NOISE = 1.5;
/** The pace that is usual falls quickly and rises slowly. */
const FALL = 0.03;
const FAR = 0.6;
const FALL_FAR = 0.2;
const CREEP = 0.015;
/** An object that goes on from another's has learnt for so many steps. */
const LEARNT = 30;

export class LoadController {
  readonly #sums = new LoadSums();
  readonly #onset = new Onset();
  #steps: LoadStep[] = [];
  #steppedMs = -Infinity;
  #baseMs = 0;
  #badBase = 0;
  /** Steps that it was learnt from. */
  #learnt = 0;
  #shedding: Shedding | undefined;
  /** The object before was shedding. */
  #goesOn = false;
  #view: LoadView = ALL_OPEN;
  #isShadow = false;
  readonly #served = new ServedShare();

  /** Takes a report, whose isolate comes again after `nextMs`, and says what it is to go by. */
  add(report: LoadReport, nowMs: number, nextMs: number): LoadView {
    this.#sums.add(report, nowMs, nextMs);
    this.#served.add(report.meant ?? 0, report.letIn ?? 0);
    this.#isShadow = report.isShadow;
    if (this.#steppedMs === -Infinity) {
      this.#steppedMs = nowMs;
      this.#goOnFrom(report.known);
    }
    if (nowMs - this.#steppedMs >= STEP_MS) {
      const { open, eased } = this.#view;
      const easedNow = easeShares(eased, open, nowMs - this.#steppedMs);
      this.#steppedMs = nowMs;
      this.#step(nowMs);
      if (easedNow !== undefined) this.#view = { ...this.#view, eased: easedNow };
    }
    return this.#view;
  }

  /** An object that has just started knows nothing, but its isolates do. */
  #goOnFrom(known: LoadView | undefined): void {
    if (known === undefined) return;
    this.#baseMs = known.baseMs;
    this.#learnt = known.baseMs > 0 ? LEARNT : 0;
    this.#view = known;
    this.#goesOn = known.open < RANKS;
  }

  #step(nowMs: number): void {
    const step = this.#sums.sum(nowMs);
    this.#steps = [...this.#steps.slice(1 - STEPS_KEPT), step];
    const judged = this.#judge(step);
    if (this.#shedding === undefined) {
      const isOverloaded = this.#onset.isOverloaded(this.#steps, judged);
      // An object that goes on from another's lets in as much as that did.
      const letIn = this.#goesOn ? step.answers : step.asked;
      if (isOverloaded || this.#goesOn) this.#shedding = new Shedding(step, letIn, this.#isShadow);
      this.#goesOn = false;
    }
    if (judged.late < (this.#shedding === undefined ? LATE : 1)) this.#learn();
    const outcome = this.#shedding?.steer(step, judged, this.#baseMs);
    if (outcome !== undefined && outcome !== "shed") {
      // Letting in less did not help: that is how it is now.
      if (outcome === "slow") this.#baseMs *= judged.late;
      if (outcome === "failing") this.#badBase += judged.badShare;
      this.#shedding = undefined;
      this.#onset.reset();
    }
    this.#show(step, nowMs);
  }

  /** How many times as long as usual answers take, and the share of bad ones beyond the usual. */
  #judge(step: LoadStep): Judged {
    const recent = this.#recent(ANSWERS_MIN);
    // While load is shed few are on their way, and it is still to be seen whether these are late.
    const isTold = (step.flight >= FLIGHT_MIN || this.#shedding !== undefined) && this.#baseMs > 0;
    // Where nothing comes back, it takes at least as long as was waited.
    const paceMs = (recent.flight / Math.max(recent.answers, 1 / recent.steps)) * STEP_MS;
    const badShare = recent.answers * recent.steps < ANSWERS_MIN / 2 ? 0 : recent.bad / recent.answers;
    return {
      late: isTold ? paceMs / this.#baseMs : 0,
      badShare: Math.max(0, badShare - this.#badBase),
    };
  }

  #learn(): void {
    const recent = this.#recent(ANSWERS_MIN * 3);
    if (recent.answers * recent.steps < ANSWERS_MIN) return;
    const paceMs = (recent.flight / recent.answers) * STEP_MS;
    const change = paceMs - this.#baseMs;
    this.#learnt += 1;
    const fall = paceMs < this.#baseMs * FAR ? FALL_FAR : FALL;
    this.#baseMs += change * Math.max(change < 0 ? fall : CREEP, 1 / this.#learnt);
    if (recent.bad / recent.answers < this.#badBase) this.#badBase *= 1 - FALL;
  }

  #show({ arrivals, asked }: LoadStep, nowMs: number): void {
    const baseMs = this.#baseMs;
    if (this.#shedding === undefined) {
      this.#view = { ...ALL_OPEN, baseMs };
      return;
    }
    const times = this.#toTimes();
    const room = Math.max(this.#shedding.room / times, asked * OPEN_MIN, 1);
    const { open, heavy } = shareRoom(room, { arrivals, clients: this.#sums.clients(nowMs) });
    const rank = Math.floor(open);
    const share = rank < RANKS ? Math.min(this.#served.correct(open - rank), NEARLY_ALL) : 0;
    this.#view = { open: rank + share, heavy, baseMs };
  }

  /** How many times as much is asked by the time that isolates go by what is said now: load that rises is met where it is. */
  #toTimes(): number {
    const last = this.#steps.at(-1);
    const before = this.#steps.at(-1 - TREND_STEPS);
    if (last === undefined || before === undefined || last.asked === 0) return 1;
    const change = last.asked - before.asked;
    const noise = NOISE * Math.sqrt((2 * last.asked) / Math.max(0.5, last.span));
    const trend = Math.sign(change) * Math.max(0, Math.abs(change) - noise);
    const rise = (trend / TREND_STEPS) * (2 * last.age + last.span / 2);
    return Math.min(TREND_MAX, Math.max(1 / TREND_MAX, 1 + rise / last.asked));
  }

  /** The mean of as many steps as it takes to have so many answers. */
  #recent(answersMin: number): { answers: number; bad: number; flight: number; steps: number } {
    let answers = 0;
    let bad = 0;
    let flight = 0;
    let steps = 0;
    for (const step of this.#steps.toReversed()) {
      answers += step.answers;
      bad += step.bad;
      flight += step.flight;
      steps += 1;
      if (answers >= answersMin) break;
    }
    return { answers: answers / steps, bad: bad / steps, flight: flight / steps, steps };
  }
}
