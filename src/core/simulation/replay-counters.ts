// The counters of a replay: what a counter object decides and consumes, without what only calls between machines need
// (reservations, leases, repeated messages, rows). One for each key that the log has.

import { banChecks, type Denials, isBanning, toCheckBanMs } from "../counters/ban-checks.ts";
import { toAlgorithm } from "../algorithms/registry.ts";
import type { Check, CheckVerdict, KeyChecks, SettledCheck } from "../counters/counter-messages.ts";
import { type CounterCheck, decideChecks, toState } from "../counters/decide-checks.ts";
import { consumeChecks } from "../counters/key-counters.ts";
import type { KeyCounters } from "../counters/key-state.ts";
import { findCounter } from "../counters/plans.ts";
import { type LiveCounter, NO_ALLOWANCE } from "../counters/write-ahead.ts";
import { settleDecision } from "../counters/settle-decision.ts";

const NEVER_SEEN: Pick<KeyCounters, "bans"> = { bans: new Map() };
/** Nothing was settled yet. */
const UNSETTLED: ReadonlyMap<string, number> = new Map();

/** What is stored of a counter is nothing: a replay has no rows. */
const UNWRITTEN = { written: undefined, expiresAtMs: 0, ...NO_ALLOWANCE } as const;

interface Known {
  counters: KeyCounters;
  /** The same as `counters.live` where it changes in place: no policy of the key has tiers. */
  readonly plain: Map<string, LiveCounter>;
}

export class ReplayCounters {
  readonly #keys = new Map<string, Known>();

  /** The verdicts in the order of the checks: all consume, or none does. */
  take(keys: readonly KeyChecks[], nowMs: number): readonly CheckVerdict[] {
    const asked: CounterCheck[] = [];
    for (const { key, checks } of keys) {
      const { counters } = this.#know(key);
      for (const check of checks) {
        const { counter } = findCounter(counters.live, check, nowMs) ?? {};
        asked.push({ check, counter, reserved: 0, banMs: toCheckBanMs(counters, check, nowMs) });
      }
    }
    const { isAllowed, verdicts } = decideChecks(asked, nowMs);
    if (!isAllowed) {
      this.#countDenials(keys, verdicts, nowMs);
      return verdicts;
    }
    for (const { key, checks } of keys) this.#consume(this.#know(key), checks, nowMs);
    return verdicts;
  }

  /** What consumeChecks does, without its row where that is all that it would do more. */
  #consume(known: Known, checks: readonly Check[], nowMs: number): void {
    if (known.counters.live !== known.plain || checks.some(({ plan }) => plan !== undefined)) {
      // oxlint-disable-next-line no-param-reassign -- it is what changes in place
      known.counters = consumeChecks(known.counters, checks, nowMs).counters;
      return;
    }
    for (const { policy, algorithm, settings, cost } of checks) {
      if (cost === 0) continue;
      const before = toState(known.plain.get(policy)?.counter, algorithm);
      const verdict = toAlgorithm(algorithm).decide(settings, before, { nowMs, cost });
      if (verdict.outcome === "allowed")
        known.plain.set(policy, { ...UNWRITTEN, counter: { algorithm, state: verdict.state } });
    }
  }

  #know(key: string): Known {
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    const plain = new Map<string, LiveCounter>();
    const begun = { counters: { ...NEVER_SEEN, live: plain }, plain };
    this.#keys.set(key, begun);
    return begun;
  }

  /** Corrects what a decision took at this moment. */
  settle(key: string, checks: readonly SettledCheck[], nowMs: number): void {
    const known = this.#know(key);
    if (checks.length === 0) return;
    const settled = settleDecision(known.counters, checks, {
      id: "",
      takenAtMs: nowMs,
      nowMs,
      remembered: UNSETTLED,
    });
    const { decisions: _settled, ...counters } = settled.counters;
    known.counters = counters;
  }

  #countDenials(keys: readonly KeyChecks[], verdicts: readonly CheckVerdict[], nowMs: number): void {
    if (!keys.some(({ checks }) => checks.some(({ ban }) => ban !== undefined))) return;
    const denied = verdicts.filter(({ outcome, isBanned }) => outcome === "denied" && isBanned !== true);
    const denials: Denials = { policies: new Set(denied.map(({ policy }) => policy)), count: 1, agoMs: 0 };
    for (const { key, checks } of keys) {
      if (!checks.some((check) => isBanning(check, denials))) continue;
      const known = this.#know(key);
      known.counters = banChecks(known.counters, checks, { denials, nowMs }).counters;
    }
  }
}
