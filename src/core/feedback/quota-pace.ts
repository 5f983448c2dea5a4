// How fast one isolate may ask for one quota that is nearly used up. Up to 97 % it may go faster than the quota's own
// rate, above it slower, at 100 % it stops: a rolling budget settles at 97 % used. What is counted until a moment of
// reset is spread evenly over the time to it. After a stop the rate grows from nothing within seconds. Mutable, because
// every request changes it; time is an argument.

import { type Knowledge, NOTHING, type QuotaRules, toGuessMs } from "./quota-knowledge.ts";

/** The calls of other isolates to the same quota. */
export interface Others {
  /** Calls per second of those that get what they want. */
  readonly perSecond: number;
  /** How many more want more than they get. */
  readonly rivals: number;
}

const NO_OTHERS: Others = Object.freeze({ perSecond: 0, rivals: 0 });
/** A rolling budget stays where it is at 100 - 3 percent. */
const HEADROOM_PERCENT = 3;
/**
 * For quotas without a rate of their own: the rate at which they became scarce, falling to nothing over the last 20
 * percent, and tried a little higher or lower with each reading outside of what is well used.
 */
const SLOPE_PERCENT = 20;
const EASY_PERCENT = 90;
const TIGHT_PERCENT = 95;
const STEP = 0.02;
const STEP_USED_UP = 0.1;
/** The time after which calls without an answer are forgotten: they would hold others up for ever. */
const IN_FLIGHT_MS = 10_000;
const IN_FLIGHT_WINDOWS = 0.25;
const BOOKED_MAX = 1_000;
const RAMP_MS_MAX = 10_000;
const RAMP_WINDOWS = 0.02;
/** How much time may be made up for at once: times are rounded and timers come late. */
const LATE_MS_MAX = 100;
/** The longest part of a pace that is given as a wait, and the shortest: an answer may change it at any time. */
const TOLD_MS_MAX = 1_000;
const TOLD_MS_MIN = 10;
const TOLD_WINDOWS = 0.01;
/** The least share that others leave. */
const SHARE_MIN = 0.1;

export class QuotaPace {
  readonly rules: QuotaRules;
  known: Knowledge = NOTHING;
  others: Others = NO_OTHERS;
  /** When the next call may try whether a guessed stop is over. */
  probeFromMs = -Infinity;
  /** Whether it is this isolate's call that may try. */
  isGranted = false;
  /** Calls since the reading was asked for: it does not count them. */
  #bookedMs: number[] = [];
  #credit = 1;
  #creditMs = -Infinity;
  /** Calls per millisecond. */
  #measured = 1 / TOLD_MS_MAX;
  #count = 0;
  #isHungry = false;

  constructor(rules: QuotaRules) {
    this.rules = rules;
  }

  /** `measured` is the rate at which this isolate asks the origin now, in calls per millisecond. */
  learn(known: Knowledge, measured: number): void {
    const before = this.known;
    this.known = known;
    if (before === NOTHING) this.#measured = Math.max(measured, this.#measured);
    if (known.askedMs > before.askedMs) {
      this.#bookedMs = this.#bookedMs.filter((atMs) => atMs > known.askedMs);
      if (known.usedPercent < EASY_PERCENT) this.#measured *= 1 + STEP;
      else if (known.usedPercent > TIGHT_PERCENT)
        this.#measured *= 1 - (known.usedPercent < 100 ? STEP : STEP_USED_UP);
    }
  }

  /**
   * The time to wait; 0: none. A pace is an estimate that the next reading changes: only a little of it is given at
   * once.
   */
  waitMs(nowMs: number): number {
    const { stopUntilMs } = this.known;
    if (nowMs < stopUntilMs) return stopUntilMs - nowMs;
    if (this.mustProbe(nowMs)) return Math.min(this.#toToldMs(), Math.max(0, this.probeFromMs - nowMs));
    const rate = this.#toRate(nowMs);
    this.#earn(rate, nowMs);
    if (rate === Infinity || this.#credit >= 1) return 0;
    this.#isHungry = true;
    return Math.max(1, Math.min((1 - this.#credit) / rate, this.#toToldMs()));
  }

  /** Whether a guessed stop is over and it is not known whether it was long enough. */
  mustProbe(nowMs: number): boolean {
    return this.known.guesses > 0 && nowMs >= this.known.stopUntilMs;
  }

  book(nowMs: number): void {
    if (this.mustProbe(nowMs)) this.probeFromMs = nowMs + this.toProbeMs();
    this.isGranted = false;
    this.#credit = Math.max(0, this.#credit - 1);
    this.#count += 1;
    if (this.#bookedMs.length < BOOKED_MAX) this.#bookedMs.push(nowMs);
  }

  /** Of the last one that was booked. */
  release(): void {
    if (this.#bookedMs.pop() === undefined) return;
    this.#credit += 1;
    this.#count = Math.max(0, this.#count - 1);
    if (this.known.guesses > 0) this.probeFromMs = -Infinity;
  }

  /** Between two probes. */
  toProbeMs(): number {
    return Math.max(this.known.stopUntilMs - this.known.stopBeganMs, toGuessMs(this.rules));
  }

  /** Calls since the last time, and whether one had to wait. */
  takeUse(): { readonly calls: number; readonly isHungry: boolean } {
    const use = { calls: this.#count, isHungry: this.#isHungry };
    this.#count = 0;
    this.#isHungry = false;
    return use;
  }

  #earn(rate: number, nowMs: number): void {
    const passedMs = Math.max(0, nowMs - this.#creditMs);
    this.#creditMs = nowMs;
    const most = 1 + rate * Math.min(LATE_MS_MAX, this.#toToldMs());
    this.#credit = rate === Infinity ? 1 : Math.min(most, this.#credit + (rate === 0 ? 0 : rate * passedMs));
  }

  #toToldMs(): number {
    const { windowMs = Infinity } = this.rules;
    return Math.min(Math.max(windowMs * TOLD_WINDOWS, TOLD_MS_MIN), TOLD_MS_MAX);
  }

  /** Calls per millisecond. */
  #toRate(nowMs: number): number {
    const whole = Math.min(this.#toPacedRate(nowMs), this.#toRampRate(nowMs));
    if (whole === Infinity) return Infinity;
    const { perSecond, rivals } = this.others;
    return Math.max(whole * SHARE_MIN, whole - perSecond / 1_000) / (1 + rivals);
  }

  #toPacedRate(nowMs: number): number {
    const { usedPercent, remaining, limit = Infinity, untilMs, askedMs, stopUntilMs } = this.known;
    const { paceFromPercent, windowMs } = this.rules;
    const units = Math.min(this.rules.limit ?? Infinity, limit);
    // Others that want more than they get have as many on their way.
    const booked = this.#countInFlight(nowMs) * (1 + this.others.rivals);
    // What was read before a stop says nothing of the time after it.
    const isKnown = nowMs < untilMs && askedMs >= stopUntilMs;
    const used = (isKnown ? usedPercent : 0) + (100 * booked) / units;
    const left = Math.max(0, 100 - used);
    if (windowMs === undefined && remaining === undefined) return (this.#measured * left) / SLOPE_PERCENT;
    if (used < paceFromPercent) return Infinity;
    if (isKnown && remaining !== undefined) return toSpread(remaining - booked, untilMs - nowMs);
    // After its reset a count begins anew, and the first answer tells until when: no more than the limit until then.
    if (windowMs === undefined) return booked < units ? Infinity : 0;
    return ((units / windowMs) * left) / HEADROOM_PERCENT;
  }

  #toRampRate(nowMs: number): number {
    const { askedMs, stopBeganMs, stopUntilMs, remaining, guesses } = this.known;
    const { limit = this.known.limit ?? 0, windowMs } = this.rules;
    if (stopUntilMs === -Infinity) return Infinity;
    // What is counted until a reset is whole after it.
    if (remaining !== undefined && limit > 0 && guesses === 0) return Infinity;
    const most = windowMs === undefined ? RAMP_MS_MAX : Math.min(RAMP_MS_MAX, windowMs * RAMP_WINDOWS);
    const rampMs = Math.max(1, Math.min(most, stopUntilMs - stopBeganMs));
    const passedMs = nowMs - stopUntilMs;
    // Until an answer says how much there is again, the whole rate and no more.
    const isUnread = askedMs < stopUntilMs && passedMs < most;
    if (passedMs >= rampMs && !isUnread) return Infinity;
    const rate = windowMs === undefined ? this.#measured : (2 * limit) / windowMs;
    return rate * Math.min(1, passedMs / rampMs);
  }

  #countInFlight(nowMs: number): number {
    const { windowMs = Infinity } = this.rules;
    const fromMs = nowMs - Math.min(IN_FLIGHT_MS, windowMs * IN_FLIGHT_WINDOWS);
    let at = 0;
    while ((this.#bookedMs[at] ?? Infinity) < fromMs) at += 1;
    if (at > 0) this.#bookedMs.splice(0, at);
    return this.#bookedMs.length;
  }
}

/** Calls per millisecond until the reset. One more than there are, or the last would be due at the moment of the reset. */
function toSpread(calls: number, forMs: number): number {
  return calls <= 0 ? 0 : (calls + 1) / forMs;
}
