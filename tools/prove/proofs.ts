// What the proof attacks: for each algorithm some policies, as the configuration would have them, as targets for the
// search. The limiter is the shipped registry's own code.

import type { Algorithm } from "../../src/core/algorithms/algorithm.ts";
import { toPeriod } from "../../src/core/algorithms/calendars/calendar-period.ts";
import { algorithms, type AlgorithmName } from "../../src/core/algorithms/registry.ts";
import type { Attack, Request, Target } from "./search.ts";
import { type ConfigOf, type WorstCase, worstCases } from "./worst-cases.ts";

export interface Proof {
  readonly algorithm: AlgorithmName;
  readonly options: Readonly<Record<string, unknown>>;
  /** What each request costs, where that is fixed. */
  readonly cost: number;
  readonly worstCase: WorstCase;
  readonly attack: Attack;
}

type Options = Readonly<Record<string, unknown>> & { readonly limit: number };

interface Plan<Config> {
  readonly policies: readonly Options[];
  /** The lengths in milliseconds whose multiples, since the epoch or since now, matter. */
  readonly toRhythmsMs: (config: Config) => readonly number[];
  /** Ends of calendar periods that lie ahead. */
  readonly toEdgesMs?: (config: Config, nowMs: number) => readonly number[];
  /** Takes units as requests of this cost, one after the other. Default: one request that costs them all. */
  readonly unitCost?: number;
  readonly canRelease?: boolean;
}

/** 2001-09-09, and no multiple of any window here. */
const START_MS = 1_000_000_000_123;

const windows = [
  { limit: 1, window: "1s" },
  { limit: 10, window: "1s" },
  { limit: 100, window: "1m" },
  { limit: 7, window: "11ms" },
];

const queues = [
  { limit: 1, window: "1s", delayMax: "3s" },
  { limit: 10, window: "1s", delayMax: "900ms" },
  { limit: 100, window: "1m", delayMax: "1m" },
  { limit: 7, window: "11ms", delayMax: "5ms" },
];

const toQueueRhythmsMs = ({ windowMs, limit, delayMaxMs }: ConfigOf<"leaky-bucket">): readonly number[] => [
  windowMs,
  Math.ceil(windowMs / limit),
  delayMaxMs,
];

const plans: { readonly [Name in AlgorithmName]: readonly Plan<ConfigOf<Name>>[] } = {
  "token-bucket": [
    {
      policies: [...windows, { limit: 10, window: "1s", burst: 3 }, { limit: 10, window: "1s", burst: 50 }],
      toRhythmsMs: ({ windowMs, limit }) => [windowMs, Math.ceil(windowMs / limit)],
    },
  ],
  "sliding-window": [
    {
      policies: [
        ...windows,
        { limit: 100, window: "1m", subWindows: 1 },
        { limit: 10, window: "7ms", subWindows: 3 },
      ],
      toRhythmsMs: ({ windowMs, subWindowMs }) => [windowMs, subWindowMs],
    },
  ],
  "sliding-window-log": [{ policies: windows, toRhythmsMs: ({ windowMs }) => [windowMs] }],
  "sliding-window-counter": [{ policies: windows, toRhythmsMs: ({ windowMs }) => [windowMs] }],
  "fixed-window": [
    {
      policies: [...windows, { limit: 100, window: "1m", align: "first-request" }],
      toRhythmsMs: ({ windowMs }) => [windowMs],
    },
  ],
  "leaky-bucket": [
    { policies: queues, toRhythmsMs: toQueueRhythmsMs, unitCost: 1 },
    { policies: queues.slice(1), toRhythmsMs: toQueueRhythmsMs, unitCost: 7 },
  ],
  concurrency: [
    {
      policies: [{ limit: 1 }, { limit: 10, expires: "1s" }, { limit: 100, expires: "5m" }],
      toRhythmsMs: ({ expiresMs }) => [expiresMs],
      canRelease: true,
    },
  ],
  quota: [
    {
      policies: [
        { limit: 100, period: "day" },
        { limit: 100, period: "week", timeZone: "America/Sao_Paulo" },
        { limit: 100, period: "month", timeZone: "Pacific/Apia", anchorDay: 31 },
        { limit: 100, period: "hour", timeZone: "Asia/Kathmandu" },
        { limit: 100, period: "day", timeZone: "Europe/Berlin", startHour: 2 },
        { limit: 100, period: "week", weekStart: "sunday", startHour: 6 },
        { limit: 100, period: "year", timeZone: "Asia/Tokyo" },
      ],
      toRhythmsMs: ({ period }) => [period === "hour" ? 3_600_000 : 86_400_000],
      toEdgesMs: (config, nowMs) => [toPeriod(config, nowMs).endMs],
    },
  ],
};

export function toProofs(): readonly Proof[] {
  return (Object.keys(plans) as AlgorithmName[]).flatMap((name) => toProofsOf(name));
}

function toProofsOf(name: AlgorithmName): readonly Proof[] {
  // Each algorithm has a configuration of its own: one name picks its algorithm, its plans and its bound.
  const algorithm = algorithms[name] as unknown as Algorithm<unknown, unknown>;
  const toWorstCase = worstCases[name] as (config: unknown, costMax: number) => WorstCase;
  return (plans[name] as readonly Plan<unknown>[]).flatMap((plan) =>
    plan.policies.map((options) => {
      const config = algorithm.parseConfig(options);
      if (!config.ok) throw new Error(`Cannot prove "${name}": ${config.error[0]?.message}`);
      const { unitCost: cost = 1 } = plan;
      const worstCase = toWorstCase(config.value, cost);
      const target = toTarget({ algorithm, config: config.value, plan }, undefined);
      const { toWindowStartMs } = worstCase;
      return {
        algorithm: name,
        options,
        cost,
        worstCase,
        attack: { target, startMs: START_MS, toWindowStartMs },
      };
    }),
  );
}

interface Subject<Config> {
  readonly algorithm: Algorithm<Config, unknown>;
  readonly config: Config;
  readonly plan: Plan<Config>;
}

function toTarget<Config>(subject: Subject<Config>, state: unknown): Target {
  const { algorithm, config, plan } = subject;
  const peek = (nowMs: number) => algorithm.decide(config, state, { nowMs, cost: 0 });
  const target: Target = {
    toRemaining: (nowMs) => peek(nowMs).remaining,
    take: (nowMs, units) => takeAll(subject, state, { nowMs, units }),
    toInstants: (nowMs) => {
      const { remaining, resetMs } = peek(nowMs);
      const { retryAfterMs } = algorithm.decide(config, state, { nowMs, cost: remaining + 1 });
      const waits = [resetMs, ...(retryAfterMs === Infinity ? [] : [retryAfterMs])];
      return toInstants(subject, nowMs, waits);
    },
  };
  if (plan.canRelease !== true) return target;
  return {
    ...target,
    release: (nowMs, { atMs, units }) =>
      toTarget(subject, algorithm.charge(config, state, { nowMs, units: -units, takenAtMs: atMs })),
  };
}

function takeAll<Config>(
  subject: Subject<Config>,
  before: unknown,
  { nowMs, units }: { readonly nowMs: number; readonly units: number },
): ReturnType<Target["take"]> {
  const { algorithm, config, plan } = subject;
  const cost = plan.unitCost ?? units;
  const admitted: Request[] = [];
  let state = before;
  for (let left = units; left > 0; left -= cost) {
    const verdict = algorithm.decide(config, state, { nowMs, cost });
    if (verdict.outcome !== "allowed") break;
    state = verdict.state;
    admitted.push({ atMs: nowMs + (verdict.delayMs ?? 0), units: cost });
  }
  return admitted.length === 0 ? undefined : { target: toTarget(subject, state), admitted };
}

/** Around what the limiter itself says, around edges since the epoch, and whole, half and nearly whole lengths from now. */
function toInstants<Config>(
  subject: Subject<Config>,
  nowMs: number,
  waits: readonly number[],
): readonly number[] {
  const { config, plan } = subject;
  const instants = waits.flatMap((wait) => [nowMs + wait - 1, nowMs + wait, nowMs + wait + 1]);
  for (const rhythmMs of plan.toRhythmsMs(config)) {
    const edgeMs = (Math.floor(nowMs / rhythmMs) + 1) * rhythmMs;
    const halfMs = Math.floor(rhythmMs / 2);
    instants.push(edgeMs - 1, edgeMs, edgeMs + rhythmMs - 2, edgeMs + rhythmMs - 1, edgeMs + halfMs);
    instants.push(nowMs + halfMs, nowMs + rhythmMs - 1, nowMs + rhythmMs);
  }
  for (const edgeMs of plan.toEdgesMs?.(config, nowMs) ?? []) instants.push(edgeMs - 1, edgeMs);
  return [...new Set(instants)].filter((instant) => instant >= nowMs);
}
