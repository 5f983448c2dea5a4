// What a scenario came to, beside what one exact counter would have said to the same requests without any delay.

import { toWaterLevel } from "../../src/core/leases/fair-share.ts";
import { admitByLog } from "./exact-log.ts";
import { Owner, type PlanRules } from "./owner.ts";
import type { Scenario } from "./scenarios.ts";

export interface Asked {
  readonly atMs: number;
  readonly isolate: number;
  readonly cost: number;
  readonly plan: string | undefined;
  /** Undefined: no answer came. */
  isAllowed: boolean | undefined;
  delayMs: number;
}

export interface Outcome {
  readonly scenario: Scenario;
  readonly requests: number;
  /** Units above what the policy allows, in the worst interval or window; below 0: what was left. */
  readonly over: number;
  readonly utilisation: number;
  /** Jain's index of what isolates got against their max-min share. */
  readonly fairness: number;
  /** The same of what the exact counter gave them. */
  readonly exactFairness: number;
  readonly calls: number;
  readonly rows: number;
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
  /** Share of requests that an exact log of the same requests would have answered otherwise. */
  readonly misjudged: number;
}

interface Played {
  readonly asked: readonly Asked[];
  readonly over: number;
  readonly calls: number;
  readonly rows: number;
  readonly rules: PlanRules;
}

export function toOutcome(scenario: Scenario, { asked, over, calls, rows, rules }: Played): Outcome {
  const exact = decideAll(rules, asked);
  const { options, plans } = scenario;
  const window = rules[""]?.settings as Parameters<typeof admitByLog>[1];
  const isLogged = options.algorithm === "sliding-window" && plans === undefined;
  const byLog = isLogged ? admitByLog(asked, window) : exact;
  const admitted = asked.map(({ isAllowed }) => isAllowed === true);
  const delays = asked.map(({ delayMs }) => delayMs).sort((one, other) => one - other);
  const misjudged = admitted.filter((isAllowed, index) => isAllowed !== byLog[index]).length;
  return {
    scenario,
    requests: asked.length,
    over,
    utilisation: toUnits(asked, admitted) / toUnits(asked, exact),
    fairness: toFairness(asked, admitted, scenario.isolates),
    exactFairness: toFairness(asked, exact, scenario.isolates),
    calls: calls / asked.length,
    rows: rows / asked.length,
    delayP50Ms: delays[Math.floor(delays.length * 0.5)] ?? 0,
    delayP99Ms: delays[Math.floor(delays.length * 0.99)] ?? 0,
    misjudged: misjudged / asked.length,
  };
}

function decideAll(rules: PlanRules, asked: readonly Asked[]): readonly boolean[] {
  const owner = new Owner(rules);
  return asked.map(({ atMs, cost, plan }) => {
    const { verdict } = owner.handle({ cost, plan, report: undefined }, Math.floor(atMs));
    return verdict.outcome === "allowed";
  });
}

function toUnits(asked: readonly Asked[], isCounted: readonly boolean[]): number {
  return asked.reduce((units, { cost }, index) => units + cost * Number(isCounted[index]), 0);
}

function toFairness(asked: readonly Asked[], admitted: readonly boolean[], isolates: number): number {
  const wanted = Array.from({ length: isolates }, () => 0);
  const got = Array.from({ length: isolates }, () => 0);
  for (const [index, { isolate, cost }] of asked.entries()) {
    wanted[isolate] = (wanted[isolate] ?? 0) + cost;
    got[isolate] = (got[isolate] ?? 0) + cost * Number(admitted[index]);
  }
  const level = toWaterLevel(wanted, toUnits(asked, admitted));
  const shares = wanted.flatMap((want, index) =>
    want === 0 ? [] : [(got[index] ?? 0) / Math.min(want, level)],
  );
  const sum = shares.reduce((total, share) => total + share, 0);
  return sum ** 2 / (shares.length * shares.reduce((total, share) => total + share ** 2, 0));
}
