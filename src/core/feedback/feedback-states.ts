// What one isolate knows of the quotas of one origin pool, from answers and from other isolates, and what it has yet to
// report. Mutable, because every request changes it; time is an argument.

import { LruMap } from "../lru-map.ts";
import type { FeedbackReport, FeedbackView, ProbeClaim } from "./feedback-messages.ts";
import {
  isOver,
  isPressing,
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
  readonly rules: QuotaRules;
}

/** The counter keys of a request, by policy name. */
export type RequestKeys = ReadonlyMap<string, string>;

/** A quota that is known, and that a request counts against. */
interface KnownQuota {
  readonly scope: FeedbackScope;
  readonly key: string;
  readonly pace: QuotaPace;
}

const RATE_MS = 5_000;

export class FeedbackStates {
  readonly #scopes: readonly FeedbackScope[];
  readonly #paces = new LruMap<string, QuotaPace>(QUOTAS_MAX);
  #dirty = new Set<string>();
  #reportedMs = -Infinity;
  #version = 0;
  /** Calls of the last seconds, the older the less. */
  #calls = 0;
  #callsMs = -Infinity;

  constructor(scopes: readonly FeedbackScope[]) {
    this.#scopes = scopes;
  }

  /** The time that a request has to wait; 0: it goes now, and its place is taken. */
  waitMs(keys: RequestKeys, nowMs: number): number {
    const found = this.#find(keys);
    const waitMs = Math.max(0, ...found.map(({ pace }) => pace.waitMs(nowMs)));
    if (waitMs > 0) return waitMs;
    for (const { pace } of found) pace.book(nowMs);
    this.#calls = this.#toCalls(nowMs) + 1;
    this.#callsMs = nowMs;
    return 0;
  }

  /** Gives back the place of a call that is not sent. */
  release(keys: RequestKeys): void {
    for (const { pace } of this.#find(keys)) pace.release();
    this.#calls = Math.max(0, this.#calls - 1);
  }

  /** The policy whose scope makes the request wait longest; "" where none stands for it. */
  findLimiting(keys: RequestKeys, nowMs: number): string {
    let longestMs = 0;
    let limiting = "";
    for (const { scope, pace } of this.#find(keys)) {
      const waitMs = pace.waitMs(nowMs);
      if (waitMs <= longestMs) continue;
      longestMs = waitMs;
      limiting = scope.policy ?? "";
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
    for (const reading of [...readings, ...this.#toRefutals(keys, readings, times.askedMs)])
      if (this.#learnOne(keys, reading, times)) isUrgent = true;
    return isUrgent;
  }

  takeReport(id: string, claims: readonly ProbeClaim[], nowMs: number): FeedbackReport {
    const dirty = this.#dirty;
    this.#dirty = new Set();
    const forMs = Math.max(1, Math.min(nowMs - this.#reportedMs, RATE_MS));
    this.#reportedMs = nowMs;
    const paces = [...this.#paces.entries()];
    for (const [key, { known }] of paces) if (isOver(known, nowMs)) this.#paces.delete(key);
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

  #learnOne(keys: RequestKeys, reading: Reading, times: { askedMs: number; nowMs: number }): boolean {
    const scope = this.#scopes.find((known) => known.scope === reading.scope);
    if (scope === undefined) return false;
    const key = toQuotaKey(scope, keys);
    const pace = this.#paces.get(key);
    const before = pace?.known ?? NOTHING;
    const known = learnReading(before, reading, { rules: scope.rules, ...times });
    if (pace === undefined && !isPressing(known, scope.rules)) return false;
    this.#toPace(key, scope).learn(known, this.#toCalls(times.nowMs) / RATE_MS);
    this.#dirty.add(key);
    return known.stopUntilMs !== before.stopUntilMs;
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
    if (this.#paces.size === 0) return [];
    return this.#scopes.flatMap((scope) => {
      const key = toQuotaKey(scope, keys);
      const pace = this.#paces.get(key);
      return pace === undefined ? [] : [{ scope, key, pace }];
    });
  }

  #toPace(key: string, { rules }: FeedbackScope): QuotaPace {
    const found = this.#paces.get(key);
    if (found !== undefined) return found;
    const made = new QuotaPace(rules);
    this.#paces.set(key, made);
    return made;
  }

  #toCalls(nowMs: number): number {
    return this.#calls * Math.exp(Math.min(0, this.#callsMs - nowMs) / RATE_MS);
  }
}

/** A request without the policy's key shares one quota with all that have none. */
function toQuotaKey({ scope, policy }: FeedbackScope, keys: RequestKeys): string {
  return `${scope}\n${policy === undefined ? "" : (keys.get(policy) ?? "")}`;
}
