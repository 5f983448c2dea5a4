// What an isolate has counted since its last report, in plain numbers: an array for each route and each policy that had
// requests. It becomes series when it is reported.

import { Fullest } from "./fullest.ts";
import { createHistogram, type Histogram, recordMs } from "./histogram.ts";
import type { RequestOutcome } from "./outcome.ts";
import { Series, toSeriesName } from "./series.ts";
import { DECISION_OUTCOMES, PARTS, REQUEST_OUTCOMES, STATUS_CLASSES } from "./stats-answer.ts";

export type Part = (typeof PARTS)[number];
export type DecisionOutcome = (typeof DECISION_OUTCOMES)[number];

interface RouteCounts {
  /** By outcome, then by class of status. */
  readonly requests: Float64Array;
  readonly parts: (Histogram | undefined)[];
}

/** Where a key's counter is: what its object's name is made of when it is reported. */
export interface KeyPlace {
  readonly rank: number;
  readonly continent: string | undefined;
}

class PolicyCounts {
  readonly policy: string;
  readonly tier: string;
  readonly outcomes = new Float64Array(DECISION_OUTCOMES.length);
  /** By place, the keys that have used most of their limit. */
  readonly fullest = new Fullest<KeyPlace>();
  units = 0;

  constructor(policy: string, tier: string) {
    this.policy = policy;
    this.tier = tier;
  }

  /** `outcome` is a place among DECISION_OUTCOMES. */
  add(outcome: number): void {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
  }
}

const CLASSES = STATUS_CLASSES.length;

export class RequestCounts {
  readonly #routes = new Map<string, RouteCounts>();
  readonly #policies = new Map<string, PolicyCounts>();
  /** What comes less often, by its name. */
  readonly #series = new Series();

  get isEmpty(): boolean {
    return this.#routes.size === 0 && this.#policies.size === 0 && this.#series.isEmpty;
  }

  /** `statusClass` is a place among STATUS_CLASSES. */
  request(route: string, outcome: RequestOutcome, statusClass: number): void {
    const { requests } = this.#route(route);
    const at = REQUEST_OUTCOMES.indexOf(outcome) * CLASSES + statusClass;
    requests[at] = (requests[at] ?? 0) + 1;
  }

  time(route: string, part: Part, ms: number): void {
    const { parts } = this.#route(route);
    recordMs((parts[PARTS.indexOf(part)] ??= createHistogram()), ms);
  }

  /** How long an origin took for an answer. */
  timeOrigin(pool: string, origin: string, ms: number): void {
    recordMs(this.#series.histogram(toSeriesName("originTimes", pool, origin)), ms);
  }

  /** The counts of one policy under one plan. */
  policy(policy: string, tier: string): PolicyCounts {
    const name = tier === "" ? policy : `${policy}\n${tier}`;
    let counts = this.#policies.get(name);
    if (counts === undefined) {
      counts = new PolicyCounts(policy, tier);
      this.#policies.set(name, counts);
    }
    return counts;
  }

  get policies(): Iterable<Pick<PolicyCounts, "policy" | "tier" | "fullest">> {
    return this.#policies.values();
  }

  count(family: string, ...labels: readonly string[]): void {
    this.#series.count(toSeriesName(family, ...labels));
  }

  toSeries(): Series {
    for (const [route, counts] of this.#routes) addRoute(this.#series, route, counts);
    for (const counts of this.#policies.values()) addPolicy(this.#series, counts);
    return this.#series;
  }

  #route(route: string): RouteCounts {
    let counts = this.#routes.get(route);
    if (counts === undefined) {
      counts = { requests: new Float64Array(REQUEST_OUTCOMES.length * CLASSES), parts: [] };
      this.#routes.set(route, counts);
    }
    return counts;
  }
}

function addRoute(series: Series, route: string, { requests, parts }: RouteCounts): void {
  for (const [at, count] of requests.entries()) {
    if (count === 0) continue;
    const outcome = REQUEST_OUTCOMES[Math.floor(at / CLASSES)] ?? "";
    series.count(toSeriesName("requests", route, outcome, STATUS_CLASSES[at % CLASSES] ?? ""), count);
  }
  for (const [at, histogram] of parts.entries())
    if (histogram !== undefined)
      series.histograms.set(toSeriesName("durations", route, PARTS[at] ?? ""), histogram);
}

function addPolicy(series: Series, { policy, tier, outcomes, units }: PolicyCounts): void {
  for (const [at, count] of outcomes.entries())
    if (count > 0) series.count(toSeriesName("decisions", policy, tier, DECISION_OUTCOMES[at] ?? ""), count);
  if (units > 0) series.count(toSeriesName("units", policy), Math.round(units));
}
