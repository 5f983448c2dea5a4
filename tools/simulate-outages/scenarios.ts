// Weather between isolates and a counter object that is asked for three times what its policy admits.

import type { AlgorithmName } from "../../src/core/algorithms/registry.ts";

export interface Weather {
  readonly name: string;
  /** How long a call takes that begins so many milliseconds after the start; Infinity: it is lost. */
  readonly toDelayMs: (sinceStartMs: number, random: () => number) => number;
  /** Isolates that end, and begin anew, as a share of requests. */
  readonly deathShare?: number;
  /** Isolates that come while the object is away, as a share of requests. */
  readonly birthShare?: number;
  /** Over how many the isolates are spread that tell each other what is left; 0: none keeps anything. Default: 1. */
  readonly dataCentres?: number;
  /** What no rule bounds (decision 16): its figures are printed, and not judged. */
  readonly isOpen?: boolean;
}

export interface Scenario {
  readonly weather: Weather;
  readonly algorithm: AlgorithmName;
  readonly isolates: number;
}

const FAIR_MS = 20;
/** Isolates have all asked by then. */
export const AWAY_FROM_MS = 20_000;

const toDelayForGood: Weather["toDelayMs"] = (sinceMs) => (sinceMs < AWAY_FROM_MS ? FAIR_MS : Infinity);
const toDelayFor30: Weather["toDelayMs"] = (sinceMs) =>
  sinceMs < AWAY_FROM_MS || sinceMs > AWAY_FROM_MS + 30_000 ? FAIR_MS : Infinity;

const weathers: readonly Weather[] = [
  { name: "fair", toDelayMs: () => FAIR_MS },
  {
    name: "200 to 1,500 ms",
    toDelayMs: (sinceMs, random) => (sinceMs < AWAY_FROM_MS ? FAIR_MS : 200 + random() * 1_300),
  },
  { name: "always too slow", toDelayMs: (sinceMs) => (sinceMs < AWAY_FROM_MS ? FAIR_MS : 800) },
  { name: "gone for 30 s", toDelayMs: toDelayFor30 },
  { name: "gone for good", toDelayMs: toDelayForGood },
  { name: "gone, isolates die", toDelayMs: toDelayForGood, deathShare: 0.002 },
  { name: "in 3 data centres", toDelayMs: toDelayForGood, deathShare: 0.002, dataCentres: 3 },
  { name: "30 s, they die", toDelayMs: toDelayFor30, deathShare: 0.002, isOpen: true },
  { name: "no Cache API", toDelayMs: toDelayForGood, deathShare: 0.002, dataCentres: 0, isOpen: true },
  { name: "gone, others come", toDelayMs: toDelayForGood, birthShare: 0.002, isOpen: true },
];

export const scenarios: readonly Scenario[] = weathers.flatMap((weather) =>
  (["token-bucket", "sliding-window"] as const).flatMap((algorithm) =>
    [1, 3, 10, 40].map((isolates) => ({ weather, algorithm, isolates })),
  ),
);
