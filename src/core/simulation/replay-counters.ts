// The counters of a replay: what a counter object decides and consumes, without what only calls between machines need
// (reservations, leases, repeated messages, rows). One for each key that the log has.

import { banChecks, type Denials, isBanning, toCheckBanMs } from "../counters/ban-checks.ts";
import type { CheckVerdict, KeyChecks, SettledCheck } from "../counters/counter-messages.ts";
import { type CounterCheck, decideChecks } from "../counters/decide-checks.ts";
import { consumeChecks } from "../counters/key-counters.ts";
import type { KeyCounters } from "../counters/key-state.ts";
import { findCounter } from "../counters/plans.ts";
import { settleDecision } from "../counters/settle-decision.ts";

const NEVER_SEEN: KeyCounters = { live: new Map(), bans: new Map() };
/** Nothing was settled yet. */
const UNSETTLED: ReadonlyMap<string, number> = new Map();

export class ReplayCounters {
  readonly #keys = new Map<string, KeyCounters>();

  /** The verdicts in the order of the checks: all consume, or none does. */
  take(keys: readonly KeyChecks[], nowMs: number): readonly CheckVerdict[] {
    const asked: CounterCheck[] = [];
    for (const { key, checks } of keys) {
      const counters = this.#keys.get(key) ?? NEVER_SEEN;
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
    for (const { key, checks } of keys) {
      const before = this.#keys.get(key) ?? NEVER_SEEN;
      this.#keys.set(key, consumeChecks(before, checks, nowMs).counters);
    }
    return verdicts;
  }

  /** Corrects what a decision took at this moment. */
  settle(key: string, checks: readonly SettledCheck[], nowMs: number): void {
    const before = this.#keys.get(key);
    if (before === undefined || checks.length === 0) return;
    const settled = settleDecision(before, checks, {
      id: "",
      takenAtMs: nowMs,
      nowMs,
      remembered: UNSETTLED,
    });
    const { decisions: _settled, ...counters } = settled.counters;
    this.#keys.set(key, counters);
  }

  #countDenials(keys: readonly KeyChecks[], verdicts: readonly CheckVerdict[], nowMs: number): void {
    if (!keys.some(({ checks }) => checks.some(({ ban }) => ban !== undefined))) return;
    const denied = verdicts.filter(({ outcome, isBanned }) => outcome === "denied" && isBanned !== true);
    const denials: Denials = { policies: new Set(denied.map(({ policy }) => policy)), count: 1, agoMs: 0 };
    for (const { key, checks } of keys) {
      if (!checks.some((check) => isBanning(check, denials))) continue;
      const before = this.#keys.get(key) ?? NEVER_SEEN;
      this.#keys.set(key, banChecks(before, checks, { denials, nowMs }).counters);
    }
  }
}
