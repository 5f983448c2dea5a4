// Finds out how much an origin can answer, from what all isolates report of it, and how much of what comes is let in. By
// Little's law requests on their way divided by answers a second are the time of an answer, at once and not only once the
// slow ones are through. Slow is not overloaded: where letting in less does not help, it ends, and the new pace is usual.
// Mutable, bounded, with time as an argument.

import { ALL_OPEN, type LoadReport, type LoadView } from "./load.ts";
import { type LoadStep, LoadSums } from "./load-sums.ts";
import { shareRoom } from "./share-room.ts";

const STEP_MS = 1_000;

/** Fewer answers, or fewer requests on their way, say nothing. */
const ANSWERS_MIN = 20;
const FLIGHT_MIN = 4;
const STEPS_KEPT = 10;

/** Overloaded: answers take so many times as long as usual, for three steps, or much longer at once. */
const LATE = 3;
const LATE_STEPS = 3;
const VERY_LATE = 6;
const GROWTH = 1.15;
/** Or this share of answers says so, beyond what it is used to. */
const BAD_SHARE = 0.1;
const BAD_STEPS = 2;
/** What is kept up while shedding: busy all the time, with a short queue. */
const TARGET = 1.6;
/** In which time a longer queue is to be gone; requests are cut by so much at most for it. */
const DRAIN_MS = 2_000;
const CUT_MAX = 0.95;
/** Below what the origin has shown that it can answer it is let in at once, and beyond that by so much a step. */
const SAFE = 0.96;
const RISE = 0.03;
/** After so many steps without any line in front of it, twice as much with each; half of it where that was too much. */
const QUIET = 1.2;
const QUIET_STEPS = 3;
const RISE_MAX = 0.15;
/** How far ahead the line is foreseen, in steps: isolates hear of it so much later. */
const AHEAD = 1;
/** An origin that has a line shows what it can answer; this much of the news is believed. */
const BELIEVED = 0.3;
const CAPACITY_KEPT = 0.99;
/** Some always get through: or nobody would see that the origin is well again. */
const OPEN_MIN = 0.02;
/** After so many steps shedding has helped, or is given up. */
const HELP_STEPS = 9;
const FIRST_STEPS = 4;
const HELPED = 0.85;
const LESS = 0.85;
/** The pace that is usual falls quickly and rises slowly. */
const FALL = 0.03;
const CREEP = 0.01;

interface Shedding {
  /** Steps in a row in which the origin was late or failed, and how much so at their beginning. */
  steps: number;
  first: number;
  badShare: number;
  /** What it could answer then. */
  before: number;
  late: number;
  /** Steps in a row without a line. */
  quiet: number;
  riseMax: number;
  /** Requests a second that are let in. */
  room: number;
  /** What the origin can answer, as far as it showed. */
  capacity: number;
  /** Steps in a row with room for everybody. */
  idle: number;
}

export class LoadController {
  readonly #sums = new LoadSums();
  #steps: LoadStep[] = [];
  #steppedMs = -Infinity;
  #baseMs = 0;
  #badBase = 0;
  #lateSteps = 0;
  #badSteps = 0;
  #shedding: Shedding | undefined;
  #view: LoadView = ALL_OPEN;
  #isShadow = false;

  /** Takes a report, whose isolate comes again after `nextMs`, and says what it is to go by. */
  add(report: LoadReport, nowMs: number, nextMs: number): LoadView {
    this.#sums.add(report, nowMs, nextMs);
    this.#isShadow = report.isShadow;
    if (this.#steppedMs === -Infinity) {
      this.#steppedMs = nowMs;
      this.#goOnFrom(report.known);
    }
    if (nowMs - this.#steppedMs >= STEP_MS) {
      this.#steppedMs = nowMs;
      this.#step(nowMs);
    }
    return this.#view;
  }

  /** An object that has just started knows nothing, but its isolates do. */
  #goOnFrom(known: LoadView | undefined): void {
    if (known === undefined) return;
    this.#baseMs = known.baseMs;
    this.#view = known;
  }

  #step(nowMs: number): void {
    const step = this.#sums.sum(nowMs);
    const before = this.#steps.at(-1);
    this.#steps = [...this.#steps.slice(1 - STEPS_KEPT), step];
    const { late, badShare } = this.#judge(step);
    if (this.#shedding === undefined) {
      if (this.#isOverloaded(step, before, { late, badShare })) this.#begin(step, late, badShare);
      else if (late < LATE) this.#learn();
    } else this.#steer(this.#shedding, step, { late, badShare });
    this.#show(step, nowMs);
  }

  /** How many times as long as usual answers take, and the share of bad ones beyond the usual. */
  #judge(step: LoadStep): { late: number; badShare: number } {
    const recent = this.#recent(ANSWERS_MIN);
    const isTold = step.flight >= FLIGHT_MIN && this.#baseMs > 0;
    // Where nothing comes back, it takes at least as long as was waited.
    const paceMs = (recent.flight / Math.max(recent.answers, 1 / recent.steps)) * STEP_MS;
    const badShare = recent.answers * recent.steps < ANSWERS_MIN / 2 ? 0 : recent.bad / recent.answers;
    return {
      late: isTold ? paceMs / this.#baseMs : 0,
      badShare: Math.max(0, badShare - this.#badBase),
    };
  }

  #isOverloaded(
    step: LoadStep,
    before: LoadStep | undefined,
    { late, badShare }: { readonly late: number; readonly badShare: number },
  ): boolean {
    this.#lateSteps = late > LATE ? this.#lateSteps + 1 : 0;
    this.#badSteps = badShare > BAD_SHARE ? this.#badSteps + 1 : 0;
    const isGrowing = step.flight > (before?.flight ?? Infinity) * GROWTH;
    // A line that is getting shorter by itself needs no help.
    const isStanding = step.flight >= (this.#steps.at(-LATE_STEPS)?.flight ?? 0);
    const isLate = (this.#lateSteps >= LATE_STEPS && isStanding) || (late > VERY_LATE && isGrowing);
    return isLate || this.#badSteps >= BAD_STEPS;
  }

  #learn(): void {
    const recent = this.#recent(ANSWERS_MIN * 3);
    if (recent.answers * recent.steps < ANSWERS_MIN) return;
    const paceMs = (recent.flight / recent.answers) * STEP_MS;
    const change = paceMs - this.#baseMs;
    this.#baseMs = this.#baseMs === 0 ? paceMs : this.#baseMs + change * (change < 0 ? FALL : CREEP);
    if (recent.bad / recent.answers < this.#badBase) this.#badBase *= 1 - FALL;
  }

  #begin(step: LoadStep, late: number, badShare: number): void {
    const capacity = Math.max(0, step.answers - step.bad);
    const counts = { steps: 0, quiet: 0, idle: 0, riseMax: RISE_MAX };
    this.#shedding = { badShare, first: late, before: capacity, late, room: capacity, capacity, ...counts };
    this.#cut(this.#shedding, late, badShare);
  }

  #steer(
    shedding: Shedding,
    step: LoadStep,
    { late, badShare }: { readonly late: number; readonly badShare: number },
  ): void {
    this.#remember(shedding, late, badShare);
    if (!this.#isShadow && this.#isOfNoUse(shedding, late, badShare)) return;
    const { capacity } = shedding;
    const good = Math.max(0, step.answers - step.bad);
    const expected = Math.max(0, late + AHEAD * (late - shedding.late));
    shedding.late = late;
    if (expected > TARGET || badShare > BAD_SHARE) {
      const seen = late > TARGET ? capacity + (good - capacity) * BELIEVED : capacity;
      shedding.capacity = Math.max(good, seen);
      this.#cut(shedding, expected, badShare);
    } else {
      shedding.capacity = Math.max(good, capacity * CAPACITY_KEPT);
      this.#rise(shedding);
    }
    shedding.idle = shedding.room >= step.asked && late <= TARGET ? shedding.idle + 1 : 0;
    if (shedding.idle >= 3) this.#shedding = undefined;
  }

  /** How late it was when it began to be, and what it could answer then. */
  #remember(shedding: Shedding, late: number, badShare: number): void {
    const isTrouble = late > TARGET || badShare > BAD_SHARE;
    shedding.steps = isTrouble ? shedding.steps + 1 : 0;
    const { steps, capacity: before } = shedding;
    if (steps <= 1) Object.assign(shedding, { first: late, badShare, before });
    else if (steps <= FIRST_STEPS) shedding.first += (late - shedding.first) / steps;
  }

  #rise(shedding: Shedding): void {
    shedding.quiet = shedding.late < QUIET ? shedding.quiet + 1 : 0;
    const { room, capacity, quiet, late, riseMax } = shedding;
    const isQuiet = quiet > QUIET_STEPS;
    const rise = isQuiet
      ? Math.min(riseMax, RISE * 2 ** (quiet - QUIET_STEPS))
      : RISE * Math.min(1, (TARGET - late) / (TARGET - 1));
    shedding.room = room < capacity * SAFE ? capacity * SAFE : room * (1 + rise);
  }

  #cut(shedding: Shedding, late: number, badShare: number): void {
    if (shedding.quiet > QUIET_STEPS) shedding.riseMax = Math.max(RISE, shedding.riseMax / 2);
    shedding.quiet = 0;
    const waitMs = this.#baseMs * Math.max(0, late - TARGET);
    const cut = Math.min(CUT_MAX, waitMs / DRAIN_MS);
    shedding.room = shedding.capacity * (1 - (badShare > BAD_SHARE ? Math.max(cut, 0.05) : cut));
  }

  /**
   * Less is let in and less is answered, but as slowly, or with as many failures, as before: an origin with a line would
   * have answered as much. So that is how it is now.
   */
  #isOfNoUse(shedding: Shedding, late: number, badShare: number): boolean {
    const { steps, first, before, capacity } = shedding;
    if (steps < HELP_STEPS || capacity > LESS * before) return false;
    const isAsLate = late > TARGET && late > HELPED * first;
    const isAsBad = badShare > BAD_SHARE && badShare > HELPED * shedding.badShare;
    if (!isAsLate && !isAsBad) return false;
    if (isAsLate) this.#baseMs *= late;
    if (isAsBad) this.#badBase += badShare;
    this.#shedding = undefined;
    this.#lateSteps = this.#badSteps = 0;
    return true;
  }

  #show({ arrivals, asked }: LoadStep, nowMs: number): void {
    const baseMs = this.#baseMs;
    if (this.#shedding === undefined) {
      this.#view = { ...ALL_OPEN, baseMs };
      return;
    }
    const room = Math.max(this.#shedding.room, asked * OPEN_MIN, 1);
    this.#view = { ...shareRoom(room, { arrivals, clients: this.#sums.clients(nowMs) }), baseMs };
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
