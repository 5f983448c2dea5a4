// Adds up what a replay decided: per policy what it allowed and denied, whom it hurt, when first; and how denials lie in time.

import type { PolicyRow } from "../policies/policy-rows.ts";
import type { Replayed, ReplayOutcome } from "./replay.ts";

/** Keys of a policy that are told apart; all others count together. */
const KEYS_MAX = 200_000;
/** Columns of a picture: they double in length when there would be more. */
const POINTS_MAX = 240;
const FIRST_POINT_MS = 1_000;

export interface HurtKey {
  readonly key: string;
  readonly consumer: string | undefined;
  readonly denied: number;
  readonly allowed: number;
  readonly firstMs: number;
}

export interface PolicySummary {
  readonly policy: string;
  readonly allowed: number;
  readonly denied: number;
  /** What it would have denied were it no shadow. */
  readonly shadowDenied: number;
  /** Keys that it counted, and those that it denied at least once. */
  readonly keys: number;
  readonly keysDenied: number;
  readonly firstDeniedMs: number | undefined;
  /** Who was denied most, the worst first. */
  readonly worst: readonly HurtKey[];
}

interface KeyTally {
  readonly consumer: string | undefined;
  allowed: number;
  denied: number;
  firstMs: number;
}

class PolicyTally {
  allowed = 0;
  denied = 0;
  shadowDenied = 0;
  firstDeniedMs: number | undefined;
  readonly keys = new Map<string, KeyTally>();

  add({ key, verdict, isShadow }: PolicyRow, { atMs, consumer, outcome }: Replayed): void {
    const isDenied = verdict?.outcome !== "allowed";
    if (!isDenied && outcome !== "allowed") return;
    const tally = this.#tallyOf(key, consumer);
    if (!isDenied) {
      this.allowed += 1;
      tally.allowed += 1;
      return;
    }
    if (isShadow) this.shadowDenied += 1;
    else this.denied += 1;
    if (tally.denied === 0) tally.firstMs = atMs;
    tally.denied += 1;
    this.firstDeniedMs ??= atMs;
  }

  #tallyOf(key: string, consumer: string | undefined): KeyTally {
    const known = this.keys.get(key);
    if (known !== undefined) return known;
    const name = this.keys.size < KEYS_MAX ? key : "others";
    const tally = this.keys.get(name) ?? { consumer, allowed: 0, denied: 0, firstMs: 0 };
    this.keys.set(name, tally);
    return tally;
  }
}

export class Summary {
  readonly outcomes = new Map<ReplayOutcome, number>();
  readonly #policies = new Map<string, PolicyTally>();
  readonly timeline = new Timeline();
  firstMs: number | undefined;
  lastMs = 0;

  /** Policies that nothing is decided by are shown too. */
  constructor(policies: readonly string[]) {
    for (const name of policies) this.#policies.set(name, new PolicyTally());
  }

  add(replayed: Replayed): void {
    const { outcome, atMs, rows } = replayed;
    this.firstMs ??= atMs;
    this.lastMs = atMs;
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    this.timeline.add(atMs, outcome === "denied");
    for (const row of rows) this.#policies.get(row.policy.name)?.add(row, replayed);
  }

  get requests(): number {
    return [...this.outcomes.values()].reduce((sum, count) => sum + count, 0);
  }

  get denied(): number {
    return this.outcomes.get("denied") ?? 0;
  }

  listPolicies(worst: number): readonly PolicySummary[] {
    return [...this.#policies].map(([policy, { keys, allowed, denied, shadowDenied, firstDeniedMs }]) => {
      const hurt = [...keys].filter(([, tally]) => tally.denied > 0);
      return {
        policy,
        allowed,
        denied,
        shadowDenied,
        keys: keys.size,
        keysDenied: hurt.length,
        firstDeniedMs,
        worst: hurt
          .sort(([, a], [, b]) => b.denied - a.denied)
          .slice(0, worst)
          .map(toHurtKey),
      };
    });
  }
}

function toHurtKey([key, { consumer, denied, allowed, firstMs }]: readonly [string, KeyTally]): HurtKey {
  return { key, consumer, denied, allowed, firstMs };
}

export interface TimelinePoint {
  readonly atMs: number;
  readonly requests: number;
  readonly denied: number;
}

/** Requests and denials over time, in a bounded number of equal stretches. */
export class Timeline {
  #points: { requests: number; denied: number }[] = [];
  #startMs: number | undefined;
  stepMs = FIRST_POINT_MS;

  add(atMs: number, isDenied: boolean): void {
    this.#startMs ??= atMs - (atMs % FIRST_POINT_MS);
    let at = Math.floor((atMs - this.#startMs) / this.stepMs);
    while (at >= POINTS_MAX) {
      this.#halve();
      at = Math.floor((atMs - this.#startMs) / this.stepMs);
    }
    while (this.#points.length <= at) this.#points.push({ requests: 0, denied: 0 });
    const point = this.#points[at];
    if (point === undefined) return;
    point.requests += 1;
    if (isDenied) point.denied += 1;
  }

  list(): readonly TimelinePoint[] {
    const startMs = this.#startMs ?? 0;
    return this.#points.map((point, at) => ({ atMs: startMs + at * this.stepMs, ...point }));
  }

  #halve(): void {
    this.stepMs *= 2;
    const whole = this.#points;
    this.#points = [];
    for (const [at, { requests, denied }] of whole.entries()) {
      const point = (this.#points[at >> 1] ??= { requests: 0, denied: 0 });
      point.requests += requests;
      point.denied += denied;
    }
  }
}
