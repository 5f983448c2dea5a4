// GET /stats as it is answered: the figures of all objects that answered, in the shape of stats-answer.ts.

import { Figures, countPoints } from "./figures.ts";
import { addHistogram, countOf, createHistogram, type Histogram, toPercentile } from "./histogram.ts";
import { MODEL_KINDS, MODEL_LISTS, readModelKey } from "./model-usage.ts";
import { readSeriesName, toSeriesName } from "./series.ts";
import type { StatsAnswer } from "./stats-answer.ts";
import type {
  PoolNow,
  StatsFigures,
  StatsQuestion,
  StatsState,
  TopName,
  UsageNow,
} from "./stats-messages.ts";
import { OTHER } from "./top-list.ts";

/** Keys of a list that an answer names. */
const TOP_MAX = 50;
/** Consumers' models that an answer names, of each kind. */
const MODELS_MAX = 200;
/** Stands for all routes together. */
const ALL_ROUTES = "*";

interface Given {
  readonly question: StatsQuestion;
  readonly nowMs: number;
  readonly places: StatsAnswer["places"];
}

export function toStatsAnswer(
  answers: readonly StatsFigures[],
  { question, nowMs, places }: Given,
): StatsAnswer {
  const points = countPoints(question);
  const figures = new Figures(points);
  for (const answer of answers) figures.add(answer);
  const times = Array.from({ length: points }, (_, at) => question.fromMs + at * question.pointMs);
  return {
    asOfMs: nowMs,
    ...toState(answers.map(({ state }) => state)),
    places,
    step: question.step,
    stepMs: question.pointMs,
    times,
    ...toCountSeries(figures),
    durations: toDurations(figures),
    originTimes: toOriginTimes(figures),
    countries: listTop(figures, "countries").map(([country, counts]) => ({ country, counts })),
    asns: listTop(figures, "asns").map(([asn, counts]) => ({ asn, counts })),
    denials: listTop(figures, "denials").map(([key, counts]) => toDenial(key, counts, times)),
    usage: listTop(figures, "usage", Infinity).map(([key, counts]) => {
      const [policy = "", consumer = OTHER] = key.split("\n");
      const peaks = figures.tops.get("peaks")?.get(key);
      return peaks === undefined ? { policy, consumer, counts } : { policy, consumer, counts, peaks };
    }),
    models: MODEL_KINDS.flatMap((kind) =>
      listTop(figures, MODEL_LISTS[kind], MODELS_MAX).map(([key, counts]) => {
        const { consumer, model } = readModelKey(key);
        return { consumer, model, kind, counts };
      }),
    ),
  };
}

/** What the objects say together of the isolates that are there. */
export function toState(
  states: readonly StatsState[],
): Pick<StatsAnswer, "lagMs" | "intervalMs" | "isolates" | "now" | "lost"> {
  const lags = states.flatMap(({ lagMs }) => lagMs ?? []);
  const sum = (read: (state: StatsState) => number): number =>
    states.reduce((all, one) => all + read(one), 0);
  return {
    // The oldest of those that have isolates: what is newer elsewhere does not make these figures newer.
    lagMs: Math.max(0, ...lags),
    intervalMs: Math.max(0, ...states.map(({ intervalMs }) => intervalMs)),
    isolates: sum(({ isolates }) => isolates),
    now: {
      pools: mergePools(states.flatMap(({ now }) => now.pools)),
      usage: mergeUsage(states.flatMap(({ now }) => now.usage)),
    },
    lost: { series: sum(({ lost }) => lost.series), reports: sum(({ lost }) => lost.reports) },
  };
}

function toCountSeries(
  figures: Figures,
): Pick<StatsAnswer, "requests" | "decisions" | "units" | "cache" | "origins" | "queue" | "refusals"> {
  const rows = [...figures.counts].map(([name, counts]) => ({ name: readSeriesName(name), counts }));
  const list = <Row>(family: string, toRow: (labels: readonly string[], counts: number[]) => Row): Row[] =>
    rows
      .filter(({ name }) => name[0] === family)
      .map(({ name: [, ...labels], counts }) => toRow(labels, counts));
  return {
    requests: list("requests", ([route = "", outcome, code], counts) => ({
      route,
      outcome,
      code,
      counts,
    })) as StatsAnswer["requests"],
    decisions: list("decisions", ([policy = "", tier = "", outcome], counts) => ({
      policy,
      tier,
      outcome,
      counts,
    })) as StatsAnswer["decisions"],
    units: list("units", ([policy = ""], counts) => ({ policy, counts })),
    cache: list("cache", ([route = "", result = ""], counts) => ({ route, result, counts })),
    origins: list("origins", ([pool = "", origin = "", result = ""], counts) => ({
      pool,
      origin,
      result,
      counts,
    })),
    queue: list("queue", ([pool = "", priority = "", result = ""], counts) => ({
      pool,
      priority,
      result,
      counts,
    })),
    refusals: list("refusals", ([route = "", code = ""], counts) => ({ route, code, counts })),
  };
}

const ofFamily = ({ histograms }: Figures, wanted: string): Figures["histograms"] =>
  new Map([...histograms].filter(([name]) => readSeriesName(name)[0] === wanted));

function addColumns(columns: readonly (Histogram | undefined)[]): Histogram {
  const whole = createHistogram();
  for (const column of columns) if (column !== undefined) addHistogram(whole, column);
  return whole;
}

function toOriginTimes(figures: Figures): StatsAnswer["originTimes"] {
  return [...ofFamily(figures, "originTimes")].map(([name, columns]) => {
    const [, pool = "", origin = ""] = readSeriesName(name);
    return { pool, origin, whole: toWhole(addColumns(columns)) };
  });
}

function toDurations(figures: Figures): StatsAnswer["durations"] {
  const all = new Figures(figures.points);
  const ofRoutes = ofFamily(figures, "durations");
  for (const [name, columns] of ofRoutes) {
    const [, , part = ""] = readSeriesName(name);
    all.addHistograms(toSeriesName("durations", ALL_ROUTES, part), columns);
  }
  return [...all.histograms, ...ofRoutes].map(([name, columns]) => {
    const [, route = "", part] = readSeriesName(name);
    const at = (share: number): (number | null)[] =>
      Array.from(columns, (column) => (column === undefined ? null : (toPercentile(column, share) ?? null)));
    return {
      route,
      part: part as StatsAnswer["durations"][number]["part"],
      counts: Array.from(columns, (column) => (column === undefined ? 0 : countOf(column))),
      sumsMs: Array.from(columns, (column) => column?.[0] ?? 0),
      p50: at(0.5),
      p90: at(0.9),
      p99: at(0.99),
      whole: toWhole(addColumns(columns)),
    };
  });
}

function toWhole(histogram: Histogram): StatsAnswer["durations"][number]["whole"] {
  const at = (share: number): number | null => toPercentile(histogram, share) ?? null;
  return { count: countOf(histogram), sumMs: histogram[0] ?? 0, p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}

/** The keys of a list that had most, and all others as one. */
function listTop(figures: Figures, list: TopName, most = TOP_MAX): [key: string, counts: number[]][] {
  const keys = [...(figures.tops.get(list) ?? [])].map(([key, counts]) => ({
    key,
    counts,
    sum: sumOf(counts),
  }));
  const named = keys.filter(({ key }) => key !== OTHER).sort((a, b) => b.sum - a.sum);
  const rest = [...keys.filter(({ key }) => key === OTHER), ...named.slice(most)];
  const shown = named.slice(0, most).map(({ key, counts }): [string, number[]] => [key, counts]);
  if (rest.length === 0) return shown;
  const others = Array.from({ length: figures.points }, (_, at) =>
    sumOf(rest.map(({ counts }) => counts[at] ?? 0)),
  );
  return [...shown, [OTHER, others]];
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

function toDenial(
  name: string,
  counts: readonly number[],
  times: readonly number[],
): StatsAnswer["denials"][number] {
  const [policy = OTHER, key = OTHER, consumer = ""] = name.split("\n");
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  return {
    policy,
    key,
    consumer,
    count: sumOf(counts),
    firstMs: times[first] ?? 0,
    lastMs: times[last] ?? 0,
  };
}

/** Pools as several saw them, as one. */
export function mergePools(pools: readonly PoolNow[]): StatsAnswer["now"]["pools"] {
  const merged = new Map<string, StatsAnswer["now"]["pools"][number]>();
  for (const { pool, origins, waiting } of pools) {
    const known = merged.get(pool) ?? { pool, origins: [], waiting: {} };
    merged.set(pool, known);
    addRecord(known.waiting, waiting);
    for (const { origin, states } of origins) {
      let member = known.origins.find((one) => one.origin === origin);
      if (member === undefined) known.origins.push((member = { origin, states: {} }));
      addRecord(member.states, states);
    }
  }
  return [...merged.values()];
}

function addRecord(record: Record<string, number>, others: Readonly<Record<string, number>>): void {
  // oxlint-disable-next-line no-param-reassign -- it is what changes in place
  for (const [name, count] of Object.entries(others)) record[name] = (record[name] ?? 0) + count;
}

/** Of each quota what is used most. */
export function mergeUsage(usages: readonly UsageNow[]): StatsAnswer["now"]["usage"] {
  const merged = new Map<string, UsageNow>();
  for (const usage of usages) {
    const name = `${usage.pool}\n${usage.quota}`;
    if (usage.share >= (merged.get(name)?.share ?? 0)) merged.set(name, usage);
  }
  return [...merged.values()];
}
