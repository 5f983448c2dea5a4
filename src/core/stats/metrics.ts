// The sums of statistics as metrics: families with their samples, from which each format is written. Their names and labels
// are a promise to dashboards: docs/guides/metrics.md has them all. The sums of each place stay its own, with its name as a
// label: while one place does not answer its series are missing, and no sum falls (docs/decisions/0017).

import { countBelow, countOf, type Histogram } from "./histogram.ts";
import { readSeriesName, type Series } from "./series.ts";
import type { StatsAnswer } from "./stats-answer.ts";

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export interface Distribution {
  readonly labels: Labels;
  /** For each edge, in seconds: how many took no longer. */
  readonly buckets: readonly (readonly [edge: number, count: number])[];
  readonly count: number;
  /** In seconds. */
  readonly sum: number;
}

/** Names without the "_total" of counters, which formats add. */
export type MetricFamily = { readonly name: string; readonly help: string } & (
  | { readonly type: "counter" | "gauge"; readonly samples: readonly Sample[] }
  | { readonly type: "histogram"; readonly distributions: readonly Distribution[] }
);

/** The limit of a policy, or of a tier under it. */
export interface MetricLimit {
  readonly policy: string;
  readonly tier: string;
  readonly limit: number;
  readonly windowMs: number | undefined;
}

/** What one stats object has counted. */
export interface MetricsPlace {
  readonly totals: Series;
  readonly state: Pick<StatsAnswer, "lagMs" | "isolates" | "now">;
}

export interface MetricsGiven {
  readonly places: readonly (MetricsPlace & { readonly place: string })[];
  /** Places whose object did not answer. */
  readonly unanswered: readonly string[];
  readonly version: string;
  readonly limits: readonly MetricLimit[];
  /** Bans by operators. */
  readonly bans: number;
}

/** 5 ms and each doubling: edges of the histograms' own buckets, so what is counted up to them is exact. */
const EDGES_MS = Array.from({ length: 15 }, (_, doubling) => 5 * 2 ** doubling);

interface Counter {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** By the family of series that each is made of. */
const COUNTERS: Readonly<Record<string, Counter>> = {
  requests: {
    name: "requests",
    help: "Requests that were answered",
    labels: ["route", "outcome", "code"],
  },
  decisions: {
    name: "decisions",
    help: "Decisions of policies; degraded and leased count some of the others once more",
    labels: ["policy", "tier", "outcome"],
  },
  units: { name: "units", help: "Quota units that were taken", labels: ["policy"] },
  cache: { name: "cache", help: "What the cache made of requests", labels: ["route", "result"] },
  origins: {
    name: "origin",
    help: "Attempts at origins, by what came of them",
    labels: ["pool", "member", "result"],
  },
  refusals: {
    name: "refusals",
    help: "Requests that the gateway refused or failed",
    labels: ["route", "code"],
  },
  queue: {
    name: "queue",
    help: "Requests for which an origin's quota was used up, by what became of them",
    labels: ["pool", "priority", "result"],
  },
  shed: {
    name: "shed",
    help: "Requests that an overloaded origin's pool refused, or in a dry run would have",
    labels: ["pool", "priority", "result"],
  },
  followed: {
    name: "followed",
    help: "Requests that cost more by a limit that follows a pool, or in a dry run would have",
    labels: ["pool", "result"],
  },
  counterCalls: {
    name: "object_calls",
    help: "Questions to counter objects",
    labels: ["kind", "result"],
  },
  functions: {
    name: "function_faults",
    help: "Functions of the configuration that failed, by how",
    labels: ["function", "code"],
  },
  lost: { name: "stats_lost", help: "Series without room, and reports that never came", labels: ["what"] },
};

const WAITS = new Set(["counter", "credential", "cache"]);

export function toMetrics(given: MetricsGiven): readonly MetricFamily[] {
  const { places, unanswered, version, limits, bans } = given;
  const ups = [
    ...places.map(({ place }) => [place, 1] as const),
    ...unanswered.map((place) => [place, 0] as const),
  ];
  return [
    gauge("build_info", "The version that answers", [{ labels: { version }, value: 1 }]),
    ...mergePlaces(places),
    ...toLimits(limits),
    gauge("bans_active", "Bans by operators that hold now", [{ labels: {}, value: bans }]),
    gauge(
      "stats_place_up",
      "Whether the sums of a place are in this answer",
      ups.map(([place, value]) => ({ labels: { place }, value })),
    ),
  ];
}

/** The families of one stats object, whichever place it is of. */
export function toPlaceMetrics({ totals, state }: MetricsPlace): readonly MetricFamily[] {
  return [
    ...toCounters(totals),
    toDurations(totals),
    toOriginTimes(totals),
    toAuthFailures(totals),
    ...toGauges(state),
  ];
}

/** Every place has the same families, in the same order. */
function mergePlaces(places: MetricsGiven["places"]): readonly MetricFamily[] {
  const all = places.map(({ place, ...own }) => ({ place, families: toPlaceMetrics(own) }));
  const [first] = all;
  return (first?.families ?? []).map((family, at): MetricFamily => {
    const { name, help } = family;
    const ofPlaces = all.flatMap(({ place, families }) => {
      const own = families[at];
      return own === undefined ? [] : [withPlace(own, place)];
    });
    if (family.type === "histogram") {
      const distributions = ofPlaces.flatMap((own) => (own.type === "histogram" ? own.distributions : []));
      return { name, help, type: "histogram", distributions };
    }
    const samples = ofPlaces.flatMap((own) => (own.type === "histogram" ? [] : own.samples));
    return { name, help, type: family.type, samples };
  });
}

function withPlace(family: MetricFamily, place: string): MetricFamily {
  const add = <One extends { readonly labels: Labels }>(one: One): One => ({
    ...one,
    labels: { ...one.labels, place },
  });
  if (family.type === "histogram")
    return { ...family, distributions: family.distributions.map((one) => add(one)) };
  return { ...family, samples: family.samples.map((one) => add(one)) };
}

function toCounters({ counts }: Series): readonly MetricFamily[] {
  return Object.entries(COUNTERS).map(([family, { name, help, labels }]) => {
    const samples = [...counts].flatMap(([series, value]) => {
      const [of, ...values] = readSeriesName(series);
      return of === family ? [{ labels: toLabels(labels, values), value }] : [];
    });
    return { name, help, type: "counter", samples };
  });
}

function toLabels(names: readonly string[], values: readonly string[]): Labels {
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? ""]));
}

function toDurations({ histograms }: Series): MetricFamily {
  const distributions = [...histograms].flatMap(([series, histogram]) => {
    const [family, route = "", part = ""] = readSeriesName(series);
    if (family !== "durations") return [];
    return [toDistribution({ route, part: WAITS.has(part) ? `wait_${part}` : part }, histogram)];
  });
  const help = "Time until the answer began, and what of it was waited for";
  return { name: "duration_seconds", help, type: "histogram", distributions };
}

function toOriginTimes({ histograms }: Series): MetricFamily {
  const distributions = [...histograms].flatMap(([series, histogram]) => {
    const [family, pool = "", member = ""] = readSeriesName(series);
    return family === "originTimes" ? [toDistribution({ pool, member }, histogram)] : [];
  });
  const help = "Time until a member's answer began, or it was given up";
  return { name: "origin_duration_seconds", help, type: "histogram", distributions };
}

function toDistribution(labels: Labels, histogram: Histogram): Distribution {
  return {
    labels,
    buckets: EDGES_MS.map((edge) => [edge / 1_000, countBelow(histogram, edge)]),
    count: countOf(histogram),
    sum: (histogram[0] ?? 0) / 1_000,
  };
}

/** Refused credentials, whatever the route. */
function toAuthFailures({ counts }: Series): MetricFamily {
  const reasons = new Map<string, number>();
  for (const [series, count] of counts) {
    const [family, , code = ""] = readSeriesName(series);
    if (family !== "refusals" || !/^(?:credential-|scope-)/.test(code)) continue;
    reasons.set(code, (reasons.get(code) ?? 0) + count);
  }
  const samples = [...reasons].map(([reason, value]) => ({ labels: { reason }, value }));
  return { name: "auth_failures", help: "Refused credentials", type: "counter", samples };
}

function gauge(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name, help, type: "gauge", samples };
}

function toLimits(limits: readonly MetricLimit[]): readonly MetricFamily[] {
  const windows = new Map(limits.map(({ policy, windowMs }) => [policy, windowMs]));
  return [
    gauge(
      "limit",
      "The limit of a policy, and of each tier under it",
      limits.map(({ policy, tier, limit }) => ({ labels: { policy, tier }, value: limit })),
    ),
    gauge(
      "window_seconds",
      "The window of a policy's limit",
      [...windows].flatMap(([policy, windowMs]) =>
        windowMs === undefined ? [] : [{ labels: { policy }, value: windowMs / 1_000 }],
      ),
    ),
  ];
}

function toGauges({
  lagMs,
  isolates,
  now: { pools, usage },
}: MetricsPlace["state"]): readonly MetricFamily[] {
  return [
    gauge(
      "origin_state",
      "How many instances see an origin's breaker in this state",
      pools.flatMap(({ pool, origins }) =>
        origins.flatMap(({ origin: member, states }) =>
          Object.entries(states).map(([state, value]) => ({ labels: { pool, member, state }, value })),
        ),
      ),
    ),
    gauge(
      "waiting",
      "Requests that wait for an origin's quota",
      pools.flatMap(({ pool, waiting }) =>
        Object.entries(waiting).map(([priority, value]) => ({ labels: { pool, priority }, value })),
      ),
    ),
    gauge(
      "upstream_used_ratio",
      "How much of its own quota an origin says is used",
      usage.map(({ pool, quota, share }) => ({ labels: { pool, quota }, value: share })),
    ),
    gauge("stats_lag_seconds", "How old the newest report is", [{ labels: {}, value: lagMs / 1_000 }]),
    gauge("stats_isolates", "Instances that reported within 30 seconds", [{ labels: {}, value: isolates }]),
  ];
}
