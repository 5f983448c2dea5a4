// Whether a charge foretells: whether what it returns is at least as strict, from its time on, as any state that requests
// of so many units in all can have led to by then.

import * as fc from "fast-check";
import { type Amount, amount, type Course, run, toAmount } from "./run.ts";
import { EVERYTHING, type Policy, type Subject } from "./subjects.ts";

interface Request {
  readonly wait: Amount;
  readonly cost: Amount;
}

export interface ForetoldCharge {
  readonly ahead: Amount;
  /** "full" charges everything on the state, "fresh" everything on nothing. */
  readonly units: Amount | "full" | "fresh";
  /** Requests until the time of the charge, each with the share of that time that it waits. */
  readonly until: readonly Request[];
  readonly after: readonly Request[];
}

const requests = fc.array(fc.record({ wait: amount, cost: amount }), { maxLength: 8 });

export const charges: fc.Arbitrary<ForetoldCharge> = fc.record({
  ahead: amount,
  units: fc.oneof(amount, fc.constantFrom("full" as const, "fresh" as const)),
  until: requests,
  after: requests,
});

/** Describes the first request that the charged state admits and the real one does not; undefined when there is none. */
export function findAdmittedTooEarly(
  subject: Subject,
  policy: Policy,
  course: Course,
  charge: ForetoldCharge,
): string | undefined {
  const { algorithm } = subject;
  const { config } = policy;
  const { state, nowMs, clockMs } = run(subject, policy, course);
  const fromMs = Math.max(nowMs, clockMs);
  const atMs = fromMs + Math.max(1, toAmount(charge.ahead, policy.lengthMs, 1));
  const units = typeof charge.units === "string" ? EVERYTHING : toAmount(charge.units, policy.capacity, 0);
  const charged = algorithm.charge(config, charge.units === "fresh" ? undefined : state, {
    nowMs: atMs,
    units,
  });
  const real = toRealState(subject, policy, { state, fromMs, atMs, unitsMax: units, requests: charge.until });
  return findStricter(subject, policy, { charged, real, atMs, requests: charge.after });
}

interface Until {
  readonly state: unknown;
  readonly fromMs: number;
  readonly atMs: number;
  readonly unitsMax: number;
  readonly requests: readonly Request[];
}

/** The state after requests up to `atMs` that cost no more than `unitsMax` in all. */
function toRealState({ algorithm }: Subject, { config, capacity }: Policy, until: Until): unknown {
  let { state, fromMs: nowMs, unitsMax: left } = until;
  for (const { wait, cost: share } of until.requests) {
    nowMs = Math.min(until.atMs, nowMs + toAmount(wait, until.atMs - until.fromMs, 1));
    const { remaining } = algorithm.decide(config, state, { nowMs, cost: 0 });
    const cost = Math.min(left, toAmount(share, capacity, remaining));
    const verdict = algorithm.decide(config, state, { nowMs, cost });
    if (verdict.outcome !== "allowed") continue;
    left -= cost;
    state = verdict.state;
  }
  return state;
}

interface Pair {
  readonly charged: unknown;
  readonly real: unknown;
  readonly atMs: number;
  readonly requests: readonly Request[];
}

/** Asks both the same; where the algorithm allows it, both take what the charged one admits. */
function findStricter({ algorithm }: Subject, policy: Policy, pair: Pair): string | undefined {
  const { config, capacity, lengthMs, foretellsSequences } = policy;
  let { charged, real, atMs: nowMs } = pair;
  let saidMs = 0;
  for (const { wait, cost: share } of pair.requests) {
    nowMs += toAmount(wait, lengthMs, saidMs);
    const [left = 0, leftInTruth = 0] = [charged, real].map(
      (state) => algorithm.decide(config, state, { nowMs, cost: 0 }).remaining,
    );
    const cost = toAmount(share, capacity, left);
    const foretold = algorithm.decide(config, charged, { nowMs, cost });
    const truth = algorithm.decide(config, real, { nowMs, cost });
    saidMs = foretold.retryAfterMs === Infinity ? 0 : foretold.retryAfterMs;
    const isStricter = foretold.retryAfterMs >= truth.retryAfterMs && left <= leftInTruth;
    if (!isStricter) return JSON.stringify({ nowMs, cost, foretold, truth });
    if (!foretellsSequences || foretold.outcome !== "allowed") continue;
    charged = foretold.state;
    real = truth.state;
  }
  return undefined;
}
