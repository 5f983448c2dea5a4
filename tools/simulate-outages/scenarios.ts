// Weather between isolates and a counter object that is asked for three times what its policy admits.

import type { AlgorithmName } from "../../src/core/algorithms/registry.ts";

export interface Weather {
  readonly name: string;
  /** How long a call takes that begins so many milliseconds after the start; Infinity: it is lost. */
  readonly toDelayMs: (sinceStartMs: number, random: () => number) => number;
  /** Isolates that end, and begin anew, as a share of requests. */
  readonly deathShare?: number;
}

export interface Scenario {
  readonly weather: Weather;
  readonly algorithm: AlgorithmName;
  readonly isolates: number;
}

const FAIR_MS = 20;
/** Isolates have all asked by then. */
const FROM_MS = 20_000;

const weathers: readonly Weather[] = [
  { name: "fair", toDelayMs: () => FAIR_MS },
  {
    name: "200 to 1,500 ms",
    toDelayMs: (sinceMs, random) => (sinceMs < FROM_MS ? FAIR_MS : 200 + random() * 1_300),
  },
  { name: "always too slow", toDelayMs: (sinceMs) => (sinceMs < FROM_MS ? FAIR_MS : 800) },
  {
    name: "gone for 30 s",
    toDelayMs: (sinceMs) => (sinceMs < FROM_MS || sinceMs > FROM_MS + 30_000 ? FAIR_MS : Infinity),
  },
  { name: "gone for good", toDelayMs: (sinceMs) => (sinceMs < FROM_MS ? FAIR_MS : Infinity) },
  {
    name: "gone, isolates die",
    toDelayMs: (sinceMs) => (sinceMs < FROM_MS ? FAIR_MS : Infinity),
    deathShare: 0.002,
  },
];

export const scenarios: readonly Scenario[] = weathers.flatMap((weather) =>
  (["token-bucket", "sliding-window"] as const).flatMap((algorithm) =>
    [1, 3, 10, 40].map((isolates) => ({ weather, algorithm, isolates })),
  ),
);
