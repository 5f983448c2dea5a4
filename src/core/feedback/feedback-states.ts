// What one isolate knows of the quotas of one origin pool, from answers and from other isolates, and what it has yet to
// report. Mutable, because every request changes it; time is an argument.

import { LruMap } from "../lru-map.ts";
import type { FeedbackReport, FeedbackView, ProbeClaim } from "./feedback-messages.ts";
import {
  isOver,
  isPressing,
  type Knowledge,
  learnReading,
  mergeKnowledge,
  NOTHING,
  type QuotaRules,
  shiftKnowledge,
} from "./quota-knowledge.ts";
import { QuotaPace } from "./quota-pace.ts";
import type { Reading } from "./reading.ts";
import { QUOTAS_MAX } from "./shared-feedback.ts";

/** The policy and the rules of a profile's scope. */
export interface FeedbackScope {
  readonly scope: string;
  /** The policy whose key tells its quotas apart; undefined: it has one for the whole origin. */
  readonly policy: string | undefined;
  /** Without a policy the profile tells its quotas apart: see toQuotaName. */
  readonly hasSubjects?: boolean;
  readonly rules: QuotaRules;
}

/** What a request counts against: counter keys by policy name, and subjects of scopes without one by `toQuotaName`. */
export type RequestKeys = ReadonlyMap<string, string>;

/** What stands in RequestKeys for a scope's quota; "" for one of the whole origin. No policy has such a name. */
export function toQuotaName({ scope, policy, hasSubjects }: FeedbackScope): string {
  return policy ?? (hasSubjects === true ? `@${scope}` : "");
}

/** A quota that is known, and that a request counts against. */
interface KnownQuota {
  readonly scope: FeedbackScope;
  readonly key: string;
  readonly pace: QuotaPace;
}

const RATE_MS = 5_000;
/** Quotas with plenty left that are kept all the same, since so many calls can be on their way at once. */
const CALM_MAX = 100;
const CALM_CALLS_MAX = 1_000;
/** Until one answer is there, so many calls are sent: as many as TCP sends (RFC 6928). */
const UNHEARD_MAX = 10;
const UNHEARD_LOOK_MS = 20;
/** An answer that takes longer is not waited for. */
const UNHEARD_MS_MAX = 2_000;

export class FeedbackStates {
  readonly #scopes: readonly FeedbackScope[];
  readonly #paces = new LruMap<string, QuotaPace>(QUOTAS_MAX);
  /** Of this isolate's own knowledge: nobody is told of them. */
  readonly #calm = new LruMap<string, QuotaPace>(CALM_MAX);
  /** When the last calls were sent, as long as no answer was heard. undefined: one was. */
  #unheardMs: number[] | undefined = [];
  #dirty = new Set<string>();
  #reportedMs = -Infinity;
  #version = 0;
  /** Calls of the last seconds, the older the less. */
  #calls = 0;
  #callsMs = -Infinity;

  constructor(scopes: readonly FeedbackScope[]) {
    this.#scopes = scopes;
  }

  /**
   * The time that a request has to wait; 0: it goes now, and its place is taken. `mayHold`: also for the first answers of
   * all, which tell how many calls there may be.
   */
  waitMs(keys: RequestKeys, nowMs: number, mayHold = false): number {
    if (mayHold && this.#isUnheard(nowMs)) return UNHEARD_LOOK_MS;
    const found = this.#find(keys);
    const waitMs = Math.max(0, ...found.map(({ pace }) => pace.waitMs(nowMs)));
    if (waitMs > 0) return waitMs;
    for (const { pace } of found) pace.book(nowMs);
    if ((this.#unheardMs?.length ?? 0) < CALM_CALLS_MAX) this.#unheardMs?.push(nowMs);
    this.#calls = this.#toCalls(nowMs) + 1;
    this.#callsMs = nowMs;
    return 0;
  }

  /** Gives back the place of a call that is not sent. */
  release(keys: RequestKeys): void {
    for (const { pace } of this.#find(keys)) pace.release();
    this.#unheardMs?.pop();
    this.#calls = Math.max(0, this.#calls - 1);
  }

  /** The name, in RequestKeys, of the quota that makes the request wait longest. */
  findLimiting(keys: RequestKeys, nowMs: number): string {
    let longestMs = 0;
    let limiting = "";
    for (const { scope, pace } of this.#find(keys)) {
      const waitMs = pace.waitMs(nowMs);
      if (waitMs <= longestMs) continue;
      longestMs = waitMs;
      limiting = toQuotaName(scope);
    }
    return limiting;
  }

  /** Of each scope the quota that is used most, as far as a reading still counts. */
  show(
    nowMs: number,
  ): readonly { readonly quota: string; readonly share: number; readonly resetMs: number | null }[] {
    return this.#scopes.flatMap(({ scope }) => {
      const read = [...this.#paces.entries()].filter(
        ([key, { known }]) => key.startsWith(`${scope}\n`) && known.untilMs > nowMs,
      );
      if (read.length === 0) return [];
      const [, { known }] = read.reduce((most, one) =>
        one[1].known.usedPercent > most[1].known.usedPercent ? one : most,
      );
      const resetMs = Number.isFinite(known.untilMs) ? Math.ceil(known.untilMs - nowMs) : null;
      return [{ quota: scope, share: known.usedPercent / 100, resetMs }];
    });
  }

  /** Whether the request would try, as the first of all isolates, if a guessed stop is over. */
  toClaims(keys: RequestKeys, nowMs: number): readonly ProbeClaim[] {
    return this.#find(keys)
      .filter(({ pace }) => pace.mustProbe(nowMs) && !pace.isGranted && pace.probeFromMs <= nowMs)
      .map(({ key, pace }) => ({ key, forMs: pace.toProbeMs() }));
  }

  /** Learns from an answer. True when that was a stop that others must know at once, or the end of one. */
  learn(keys: RequestKeys, readings: readonly Reading[], times: { askedMs: number; nowMs: number }): boolean {
    let isUrgent = false;
    const unheardMs = this.#unheardMs;
    this.#unheardMs = undefined;
    for (const reading of [...readings, ...this.#toRefutals(keys, readings, times.askedMs)])
      if (this.#learnOne(keys, reading, { ...times, unheardMs })) isUrgent = true;
    return isUrgent;
  }

  takeReport(id: string, claims: readonly ProbeClaim[], nowMs: number): FeedbackReport {
    const dirty = this.#dirty;
    this.#dirty = new Set();
    const forMs = Math.max(1, Math.min(nowMs - this.#reportedMs, RATE_MS));
    this.#reportedMs = nowMs;
    const paces = [...this.#paces.entries()];
    for (const [key, pace] of paces) {
      if (!isOver(pace.known, nowMs)) continue;
      this.#paces.delete(key);
      // How many calls it has is still true.
      if (isCounted(pace.known)) this.#calm.set(key, pace);
    }
    return {
      id,
      version: this.#version,
      news: paces.flatMap(([key, { known }]) =>
        dirty.has(key) ? [{ key, known: shiftKnowledge(known, -nowMs) }] : [],
      ),
      uses: paces.map(([key, pace]) => {
        const { calls, isHungry } = pace.takeUse();
        return { key, perSecond: (calls * 1_000) / forMs, isHungry };
      }),
      claims,
    };
  }

  /** Learns what all isolates know together. */
  learnView({ version, news, others, probes }: FeedbackView, nowMs: number): void {
    this.#version = version;
    for (const { key, known } of news) {
      const scope = this.#scopes.find((one) => key.startsWith(`${one.scope}\n`));
      if (scope === undefined) continue;
      const pace = this.#toPace(key, scope);
      pace.learn(
        mergeKnowledge(pace.known, shiftKnowledge(known, nowMs), nowMs),
        this.#toCalls(nowMs) / RATE_MS,
      );
    }
    for (const { key, perSecond, rivals } of others) {
      const pace = this.#paces.get(key);
      if (pace !== undefined) pace.others = { perSecond, rivals };
    }
    for (const { key, waitMs } of probes) {
      const pace = this.#paces.get(key);
      if (pace === undefined) continue;
      pace.probeFromMs = nowMs + waitMs;
      pace.isGranted = waitMs === 0;
    }
  }

  /** Keeps what was reported and did not arrive for the next report. */
  retell({ news }: FeedbackReport): void {
    for (const { key } of news) this.#dirty.add(key);
  }

  /** Whether nothing is known of the origin yet, and enough calls are on their way that will tell. */
  #isUnheard(nowMs: number): boolean {
    if (this.#unheardMs === undefined) return false;
    this.#unheardMs = this.#unheardMs.filter((ms) => nowMs - ms < UNHEARD_MS_MAX);
    return this.#unheardMs.length >= UNHEARD_MAX;
  }

  #learnOne(keys: RequestKeys, reading: Reading, times: Learning): boolean {
    const found = this.#findOf(reading, keys);
    if (found === undefined) return false;
    const { scope, key } = found;
    const pace = this.#paces.get(key);
    const before = (pace ?? this.#calm.get(key))?.known ?? NOTHING;
    const known = learnReading(before, reading, { rules: scope.rules, ...times });
    const isKept = pace !== undefined || isPressing(known, scope.rules);
    if (!isKept && !isCounted(known)) return false;
    const learning = this.#toPace(key, scope, isKept);
    if (before === NOTHING) for (const ms of times.unheardMs ?? []) learning.book(ms);
    learning.learn(known, this.#toCalls(times.nowMs) / RATE_MS);
    if (isKept) this.#dirty.add(key);
    return known.stopUntilMs !== before.stopUntilMs;
  }

  /** The quota that a reading is of; undefined: of none that is told apart so. */
  #findOf(
    { scope: name, subject }: Reading,
    keys: RequestKeys,
  ): { readonly scope: FeedbackScope; readonly key: string } | undefined {
    const scope = this.#scopes.find((known) => known.scope === name);
    if (scope === undefined || (subject !== undefined && scope.hasSubjects !== true)) return undefined;
    const key = toQuotaKey(scope, keys, subject);
    return key === undefined ? undefined : { scope, key };
  }

  /**
   * A call that was asked during a guessed stop and served ends it, where its quota has no reading of its own.
   */
  #toRefutals(keys: RequestKeys, readings: readonly Reading[], askedMs: number): readonly Reading[] {
    if (readings.some(({ isRefused }) => isRefused)) return [];
    return this.#find(keys)
      .filter(({ pace: { known } }) => known.guesses > 0 && askedMs > known.stopBeganMs)
      .map(({ scope: { scope } }) => ({ scope, usagePercent: 0 }))
      .filter(({ scope }) => readings.every((reading) => reading.scope !== scope));
  }

  #find(keys: RequestKeys): readonly KnownQuota[] {
    if (this.#paces.size === 0 && this.#calm.size === 0) return [];
    return this.#scopes.flatMap((scope) => {
      const key = toQuotaKey(scope, keys);
      const pace = key === undefined ? undefined : (this.#paces.get(key) ?? this.#calm.get(key));
      return key === undefined || pace === undefined ? [] : [{ scope, key, pace }];
    });
  }

  #toPace(key: string, { rules }: FeedbackScope, isKept = true): QuotaPace {
    const calm = this.#calm.get(key);
    const found = this.#paces.get(key) ?? calm ?? new QuotaPace(rules);
    if (isKept && calm !== undefined) this.#calm.delete(key);
    (isKept ? this.#paces : this.#calm).set(key, found);
    return found;
  }

  #toCalls(nowMs: number): number {
    return this.#calls * Math.exp(Math.min(0, this.#callsMs - nowMs) / RATE_MS);
  }
}

interface Learning {
  readonly askedMs: number;
  readonly nowMs: number;
  /** Calls that no answer was heard of before. */
  readonly unheardMs?: readonly number[] | undefined;
}

/** Whether so few calls are left that those which can be on their way at once may use them up. */
function isCounted({ remaining = Infinity }: Knowledge): boolean {
  return remaining <= CALM_CALLS_MAX;
}

/**
 * A request without the policy's key shares one quota with all that have none; one without a subject counts against none
 * of the scope's quotas.
 */
function toQuotaKey(scope: FeedbackScope, keys: RequestKeys, subject?: string): string | undefined {
  const own = subject ?? keys.get(toQuotaName(scope));
  return own === undefined && scope.hasSubjects === true ? undefined : `${scope.scope}\n${own ?? ""}`;
}
