// Plays one scenario: many isolates, one owner, and a log of what was let through. The same chance for the same seed.

import { algorithms } from "../../src/core/algorithms/registry.ts";
import { toOfferedTerms } from "../../src/core/leases/lease-terms.ts";
import { EventQueue } from "./event-queue.ts";
import { type Bound, type Spending, toOverAdmission } from "./exact-log.ts";
import { Isolate, type Place } from "./isolate.ts";
import { type Asked, type Outcome, toOutcome } from "./outcome.ts";
import { Owner } from "./owner.ts";
import { createRandom, toGapMs } from "./random.ts";
import type { Scenario } from "./scenarios.ts";

const START_MS = 1_700_000_040_000;
const ROUND_TRIP_MS_MIN = 2;
const ROUND_TRIP_MS_MAX = 250;
const CLOCK_AHEAD_MS_MAX = 5_000;

export function simulate(scenario: Scenario, seed: number): Outcome {
  const random = createRandom(seed);
  const { options, plans } = scenario;
  const { algorithm } = options;
  const rules = toPlanRules(scenario);
  const events = new EventQueue();
  const owner = new Owner(rules);
  const terms = new Map(
    Object.entries(rules).map(
      ([plan, own]) => [plan, toOfferedTerms({ algorithm, consistency: "auto" }, own.settings)] as const,
    ),
  );
  const world = { events, owner, terms };
  const endMs = START_MS + scenario.seconds * 1_000;
  const asked: Asked[] = [];
  const spendings: (Spending & { readonly plan: string | undefined })[] = [];

  const open = (place: Place): Isolate => new Isolate(place, world);
  const places = Array.from({ length: scenario.isolates }, (_, index) => toPlace(index, random));
  const isolates = places.map(open);

  const request = (index: number, atMs: number, cost: number): void => {
    const plan = plans?.toPlan(index, atMs - START_MS, random());
    const one: Asked = { atMs, isolate: index, cost, plan, isAllowed: undefined, delayMs: 0 };
    asked.push(one);
    isolates[index]?.request(atMs, { cost, plan }, (decided) => {
      one.isAllowed = decided.isAllowed;
      one.delayMs = decided.delayMs;
      // In whole milliseconds, as the counter's clock has them.
      if (decided.isAllowed) spendings.push({ atMs: Math.floor(decided.atMs), units: cost, plan });
    });
  };
  for (const index of isolates.keys()) arrive({ scenario, index, random, events, endMs, request });
  every(events, random, { perMs: (scenario.isolateKillsPerSecond ?? 0) / 1_000, endMs }, (atMs) => {
    const index = Math.floor(random() * isolates.length);
    isolates[index]?.kill();
    const place = places[index];
    if (place !== undefined) isolates[index] = open({ ...place, name: `${place.name} at ${atMs}` });
  });
  const { ownerKillEveryMs = Infinity } = scenario;
  for (let atMs = START_MS + ownerKillEveryMs; atMs < endMs; atMs += ownerKillEveryMs)
    events.add(atMs, () => {
      owner.restart();
    });
  for (let event = events.take(); event !== undefined; event = events.take()) event.run();

  // What was let through under each plan, against that plan's own limit.
  const over = Object.entries(rules).map(([name, { settings }]) => {
    const { limit, windowMs } = settings;
    const bound: Bound = { algorithm, limit, windowMs, burst: limit };
    return toOverAdmission(
      spendings.filter(({ plan = "" }) => plan === name),
      bound,
    );
  });
  return toOutcome(scenario, {
    asked,
    over: Math.max(...over),
    calls: owner.calls,
    rows: owner.rows,
    rules,
  });
}

interface Settings {
  readonly limit: number;
  readonly windowMs: number;
}

type ScenarioRules = Readonly<
  Record<string, { readonly algorithm: Scenario["options"]["algorithm"]; readonly settings: Settings }>
>;

/** By plan; one limit for all is that of "". */
function toPlanRules({ options, plans }: Pick<Scenario, "options" | "plans">): ScenarioRules {
  const limits = Object.entries(plans?.limits ?? { "": options.limit });
  return Object.fromEntries(
    limits.map(([plan, limit]) => {
      const settings = toSettings({ options: { ...options, limit } });
      return [plan, { algorithm: options.algorithm, settings }];
    }),
  );
}

function toSettings({ options }: Pick<Scenario, "options">): Settings {
  const parsed = algorithms[options.algorithm].parseConfig(options);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

/** Near and far alike: as many between 2 and 20 ms as between 25 and 250. */
function toPlace(index: number, random: () => number): Place {
  const roundTripMs = ROUND_TRIP_MS_MIN * (ROUND_TRIP_MS_MAX / ROUND_TRIP_MS_MIN) ** random();
  return { name: String(index), roundTripMs, clockAheadMs: (random() - 0.5) * CLOCK_AHEAD_MS_MAX };
}

interface Arriving {
  readonly scenario: Scenario;
  readonly index: number;
  readonly random: () => number;
  readonly events: EventQueue;
  readonly endMs: number;
  readonly request: (index: number, atMs: number, cost: number) => void;
}

const WEIGHT_STEP_MS = 100;

/** Poisson, at a rate that changes with time. */
function arrive({ scenario, index, random, events, endMs, request }: Arriving): void {
  const { limit, windowMs } = toSettings(scenario);
  const { costMax = 1 } = scenario;
  const perMs = (scenario.load * limit) / windowMs / scenario.isolates / ((1 + costMax) / 2);
  const toNextMs = (fromMs: number): number => {
    let atMs = fromMs;
    while (atMs < endMs) {
      const weight = scenario.toWeight(index, atMs - START_MS);
      const gapMs = weight === 0 ? Infinity : toGapMs(random, perMs * weight);
      const stepEndMs = (Math.floor(atMs / WEIGHT_STEP_MS) + 1) * WEIGHT_STEP_MS;
      if (atMs + gapMs < stepEndMs) return atMs + gapMs;
      atMs = stepEndMs;
    }
    return Infinity;
  };
  const schedule = (fromMs: number): void => {
    const atMs = toNextMs(fromMs);
    if (atMs >= endMs) return;
    events.add(atMs, () => {
      request(index, atMs, 1 + Math.floor(random() * costMax));
      schedule(atMs);
    });
  };
  schedule(START_MS);
}

function every(
  events: EventQueue,
  random: () => number,
  { perMs, endMs }: { readonly perMs: number; readonly endMs: number },
  run: (atMs: number) => void,
): void {
  if (perMs === 0) return;
  for (let atMs = START_MS; atMs < endMs; atMs += toGapMs(random, perMs)) {
    const thenMs = atMs;
    events.add(thenMs, () => {
      run(thenMs);
    });
  }
}
