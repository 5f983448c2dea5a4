// Remembers certain denials, so that a flood from one client costs about one call a second. A denial is certain until
// its quota can have come back; time is an argument, and every wait is reckoned on the safe side.

import { LruMap } from "../lru-map.ts";
import type { LimitAnswer, PolicyVerdict } from "./combine-verdicts.ts";

const DENIALS_MAX = 10_000;
/** A denial is asked about again after this long: a limit may have been raised, or a ban counts it. */
const DENIAL_MS_MAX = 1_000;

interface Remembered {
  readonly answer: LimitAnswer;
  readonly receivedMs: number;
  readonly untilMs: number;
  refused: number;
}

export class DenialCache {
  readonly #denials = new LruMap<string, Remembered>(DENIALS_MAX);

  /** The denial as it stands now, or undefined when the counters must be asked. */
  find(key: string, nowMs: number): LimitAnswer | undefined {
    const denial = this.#denials.get(key);
    if (denial === undefined || nowMs >= denial.untilMs) return undefined;
    denial.refused += 1;
    return age(denial.answer, nowMs - denial.receivedMs);
  }

  /** How many requests were refused here since the counters were asked last: bans count them too. */
  takeRefused(key: string): number {
    const denial = this.#denials.get(key);
    if (denial === undefined) return 0;
    const { refused } = denial;
    denial.refused = 0;
    return refused;
  }

  /**
   * Remembers a denial from when it was asked for, which is before the counter decided it: it is forgotten a moment too
   * early rather than too late. Waits are told from when the answer came: a moment too long rather than too short.
   */
  remember(
    key: string,
    answer: LimitAnswer,
    { sentMs, receivedMs }: { readonly sentMs: number; readonly receivedMs: number },
  ): void {
    if (answer.outcome === "allowed" || !isCertain(answer)) return;
    const untilMs = sentMs + Math.min(answer.retryAfterMs, DENIAL_MS_MAX);
    this.#denials.set(key, { answer, receivedMs, untilMs, refused: 0 });
  }
}

/** What another decision holds may come back at any moment. The longest wait decides: it must be certain. */
function isCertain({ verdicts, retryAfterMs }: LimitAnswer): boolean {
  return verdicts.some((verdict) => verdict.retryAfterMs === retryAfterMs && verdict.isTentative !== true);
}

function age(answer: LimitAnswer, ageMs: number): LimitAnswer {
  const verdicts = answer.verdicts.map((verdict) => ageVerdict(verdict, ageMs));
  const nearest = verdicts.find(({ policy }) => policy === answer.nearest?.policy);
  return { ...answer, verdicts, nearest, retryAfterMs: Math.max(0, answer.retryAfterMs - ageMs) };
}

function ageVerdict(verdict: PolicyVerdict, ageMs: number): PolicyVerdict {
  const retryAfterMs = Math.max(0, verdict.retryAfterMs - ageMs);
  return { ...verdict, retryAfterMs, resetMs: Math.max(0, verdict.resetMs - ageMs) };
}
