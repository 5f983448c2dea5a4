// One subject of the contract suite for each entry of the registry: which options it is tried with, and what it is held
// against. A new algorithm adds its options here and its meaning in naive-models.ts; the compiler asks for both.

import * as fc from "fast-check";
import type { Algorithm } from "../../../../src/core/algorithms/algorithm.ts";
import { algorithms, type AlgorithmName } from "../../../../src/core/algorithms/registry.ts";
import { type ConfigOf, type WorstCase, worstCases } from "../../../../tools/prove/worst-cases.ts";
import { naiveModels, type Taken } from "./naive-models.ts";

/** More units than any policy holds. */
export const EVERYTHING = Number.MAX_SAFE_INTEGER / 4;

export type Options = Readonly<Record<string, unknown>>;

/** One policy of one algorithm, parsed. */
export interface Policy {
  readonly options: Options;
  readonly config: unknown;
  /** The most that one request can ever cost. */
  readonly capacity: number;
  /** The length of time in which things happen. */
  readonly lengthMs: number;
  /** Giving back leaves the counter as if that request had never been. */
  readonly givesBackExactly: boolean;
  /** What a charge foretells holds for every later sequence of requests too, not only for the next one. */
  readonly foretellsSequences: boolean;
  /** `remaining` is the dearest request that is admitted. */
  readonly remainingIsCost: boolean;
}

export interface Subject {
  readonly name: AlgorithmName;
  readonly algorithm: Algorithm<unknown, unknown>;
  readonly policies: fc.Arbitrary<Policy>;
  /** undefined: the algorithm refuses these options. */
  readonly toPolicy: (options: Options) => Policy | undefined;
  readonly admits: (config: unknown, taken: readonly Taken[], ask: Taken) => boolean;
  readonly toWorstCase: (config: unknown, costMax: number) => WorstCase;
}

type Traits = Omit<Policy, "options" | "config">;

interface Trial<Config> {
  readonly options: fc.Arbitrary<Options>;
  readonly toTraits: (config: Config) => Partial<Traits> & Pick<Traits, "lengthMs">;
}

const limit = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 12 }) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 1_000 }) },
  { weight: 2, arbitrary: fc.constantFrom(2 ** 20 + 1, 2 ** 32 - 1, 2 ** 40 - 1, 2 ** 40) },
);
const loggedLimit = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(1_000, 10_000));
const lengthMs = fc.oneof(
  fc.integer({ min: 1, max: 20 }),
  fc.integer({ min: 21, max: 100_000 }),
  fc.constantFrom(1_000, 60_000, 3_600_000, 86_400_000, 400 * 86_400_000),
);
const duration = lengthMs.map((ms) => `${ms}ms`);
const window = { limit, window: duration };

const trials: { readonly [Name in AlgorithmName]: Trial<ConfigOf<Name>> } = {
  "token-bucket": {
    options: fc.record({ ...window, burst: limit }, { requiredKeys: ["limit", "window"] }),
    toTraits: ({ windowMs, burst }) => ({ lengthMs: windowMs, capacity: burst, givesBackExactly: false }),
  },
  "sliding-window": {
    options: fc.record(
      { ...window, subWindows: fc.integer({ min: 1, max: 60 }) },
      { requiredKeys: ["limit", "window"] },
    ),
    toTraits: ({ windowMs }) => ({ lengthMs: windowMs }),
  },
  "sliding-window-log": {
    options: fc.record({ ...window, limit: loggedLimit }),
    toTraits: ({ windowMs }) => ({ lengthMs: windowMs }),
  },
  "sliding-window-counter": {
    options: fc.record(window),
    toTraits: ({ windowMs }) => ({ lengthMs: windowMs }),
  },
  "fixed-window": {
    options: fc.record({ ...window, align: fc.constantFrom("epoch", "first-request") }),
    toTraits: ({ windowMs, align }) => ({
      lengthMs: windowMs,
      givesBackExactly: align === "epoch",
      foretellsSequences: align === "epoch",
    }),
  },
  "leaky-bucket": {
    options: fc.record({ ...window, delayMax: duration }),
    toTraits: ({ windowMs }) => ({ lengthMs: windowMs, givesBackExactly: false, remainingIsCost: false }),
  },
  concurrency: {
    options: fc.record({ limit: loggedLimit, expires: duration }, { requiredKeys: ["limit"] }),
    toTraits: ({ expiresMs }) => ({ lengthMs: expiresMs }),
  },
  quota: {
    options: fc
      .record({
        limit,
        period: fc.constantFrom("hour", "day", "week", "month", "year"),
        // No zone whose date on the wall ever goes back: the naive model knows only that date.
        timeZone: fc.constantFrom(
          "UTC",
          "America/Sao_Paulo",
          "Pacific/Apia",
          "Europe/Berlin",
          "Asia/Kathmandu",
        ),
        anchorDay: fc.integer({ min: 1, max: 31 }),
        weekStart: fc.constantFrom("monday", "sunday"),
        startHour: fc.integer({ min: 0, max: 23 }),
      })
      .map(({ anchorDay, weekStart, startHour, ...options }) => {
        if (options.period === "month") Object.assign(options, { anchorDay });
        if (options.period === "week") Object.assign(options, { weekStart });
        return options.period === "hour" ? options : Object.assign(options, { startHour });
      }),
    toTraits: ({ period }) => ({
      lengthMs: 3_600_000 * { hour: 1, day: 24, week: 168, month: 744, year: 8_784 }[period],
    }),
  },
};

export const subjects: readonly Subject[] = (Object.keys(trials) as AlgorithmName[]).map(toSubject);

function toSubject(name: AlgorithmName): Subject {
  // One name picks the algorithm, its trial, its model and its bound: they agree on a configuration that no type names.
  const algorithm = algorithms[name] as unknown as Algorithm<unknown, unknown>;
  const { options, toTraits } = trials[name] as Trial<unknown>;
  const toPolicy = (given: Options): Policy | undefined => {
    const parsed = algorithm.parseConfig(given);
    if (!parsed.ok) return undefined;
    const config = Object.freeze(parsed.value);
    const traits = { capacity: Number(given["limit"]), ...defaults, ...toTraits(config) };
    return { options: given, config, ...traits };
  };
  return {
    name,
    algorithm,
    toPolicy,
    policies: options.map(toPolicy).filter((policy) => policy !== undefined),
    admits: naiveModels[name] as Subject["admits"],
    toWorstCase: worstCases[name] as Subject["toWorstCase"],
  };
}

const defaults = { givesBackExactly: true, foretellsSequences: true, remainingIsCost: true } as const;
