// Remembers certain denials, so that a flood from one client costs about one call a second. A denial is certain until
// its quota can have come back; time is an argument, and every wait is reckoned on the safe side.

import type { Refused } from "../counters/counter-messages.ts";
import { LruMap } from "../lru-map.ts";
import type { LimitAnswer, PolicyVerdict } from "./combine-verdicts.ts";

const DENIALS_MAX = 10_000;
/** One request in so long asks again while a denial lasts: a limit may have been raised, or a ban counts. */
const ASK_AGAIN_MS = 1_000;

/** What the counters said of a request, and what policies said beside it that refuse nobody. */
export interface Denial {
  readonly answer: LimitAnswer;
  readonly shadows: readonly PolicyVerdict[];
  /** The same object as long as the counters have said nothing new: what is made of it once can be used again. */
  readonly rememberedDenial?: object | undefined;
}

interface Remembered extends Denial {
  readonly receivedMs: number;
  readonly untilMs: number;
  askAgainMs: number;
  refused: number;
  refusedMs: number;
}

/** What it offers, to whoever need not know that it changes by it. */
export type Denials = Pick<DenialCache, keyof DenialCache>;

export class DenialCache {
  readonly #denials = new LruMap<string, Remembered>(DENIALS_MAX);

  /** The denial as it stands now, or undefined when the counters must be asked: by whoever called. */
  find(key: string, nowMs: number): Denial | undefined {
    const denial = this.#denials.get(key);
    if (denial === undefined || nowMs >= denial.untilMs) return undefined;
    if (nowMs >= denial.askAgainMs) {
      denial.askAgainMs = nowMs + ASK_AGAIN_MS;
      return undefined;
    }
    denial.refused += 1;
    denial.refusedMs = nowMs;
    return toPresent(denial, nowMs);
  }

  /** What find() would answer, and nothing is changed by it. */
  look(key: string, nowMs: number): Denial | undefined {
    const denial = this.#denials.get(key);
    if (denial === undefined || nowMs >= Math.min(denial.untilMs, denial.askAgainMs)) return undefined;
    return toPresent(denial, nowMs);
  }

  get isEmpty(): boolean {
    return this.#denials.size === 0;
  }

  /** The denial as it stands now, also when it is time to ask again: for limits that nobody raises meanwhile. */
  peek(key: string, nowMs: number): LimitAnswer | undefined {
    const denial = this.#denials.get(key);
    if (denial === undefined || nowMs >= denial.untilMs) return undefined;
    return age(denial.answer, nowMs - denial.receivedMs);
  }

  /** What was refused here since the counters were asked last, and for which policies: bans count it too. */
  takeRefused(key: string, nowMs: number): Refused | undefined {
    const denial = this.#denials.get(key);
    if (denial === undefined || denial.refused === 0) return undefined;
    const { refused: count, refusedMs, answer } = denial;
    denial.refused = 0;
    const counted = answer.verdicts.filter(
      ({ outcome, isBanned }) => outcome === "denied" && isBanned !== true,
    );
    return { policies: counted.map(({ policy }) => policy), count, agoMs: nowMs - refusedMs };
  }

  /**
   * Takes down what the counters said. A denial is remembered from when it was asked for, which is before the counter
   * decided it: it is forgotten a moment too early rather than too late. Waits are told from when the answer came: a
   * moment too long rather than too short.
   */
  remember(
    key: string,
    { answer, shadows }: Denial,
    { sentMs, receivedMs }: { readonly sentMs: number; readonly receivedMs: number },
  ): void {
    if (answer.outcome === "allowed" || !isCertain(answer)) {
      this.#denials.delete(key);
      return;
    }
    const untilMs = sentMs + answer.retryAfterMs;
    const askAgainMs = sentMs + ASK_AGAIN_MS;
    const times = { receivedMs, untilMs, askAgainMs, refusedMs: receivedMs };
    this.#denials.set(key, { answer, shadows, refused: 0, ...times });
  }
}

/** What another decision holds may come back at any moment. The longest wait decides: it must be certain. */
function isCertain({ verdicts, retryAfterMs }: LimitAnswer): boolean {
  return verdicts.some((verdict) => verdict.retryAfterMs === retryAfterMs && verdict.isTentative !== true);
}

function toPresent(denial: Remembered, nowMs: number): Denial {
  const ageMs = nowMs - denial.receivedMs;
  const shadows = denial.shadows.map((verdict) => ageVerdict(verdict, ageMs));
  return { answer: age(denial.answer, ageMs), shadows, rememberedDenial: denial };
}

function age(answer: LimitAnswer, ageMs: number): LimitAnswer {
  const verdicts = answer.verdicts.map((verdict) => ageVerdict(verdict, ageMs));
  const nearest = verdicts.find(({ policy }) => policy === answer.nearest?.policy);
  return { ...answer, verdicts, nearest, retryAfterMs: Math.max(0, answer.retryAfterMs - ageMs) };
}

function ageVerdict(verdict: PolicyVerdict, ageMs: number): PolicyVerdict {
  const retryAfterMs = Math.max(0, verdict.retryAfterMs - ageMs);
  const sinceMs = verdict.sinceMs === undefined ? undefined : verdict.sinceMs + ageMs;
  return { ...verdict, retryAfterMs, resetMs: Math.max(0, verdict.resetMs - ageMs), sinceMs };
}
