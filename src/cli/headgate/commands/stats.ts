// What the gateway counted: who was denied, who used how much, and how it is doing at this moment.

import { findUnusual } from "../../../core/stats/unusual.ts";
import type { Api } from "../api.ts";
import type { Command, Said } from "../command.ts";
import { type Column, type Item, toItem, toItems, toLines, toTable, toTime } from "../table.ts";
import { readUsage } from "../usage-by-time.ts";

const MINUTES_DEFAULT = 60;
const MINUTES_MAX = 1_440;
/** An answer has at most so many points. */
const POINTS_MAX = 480;
const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
/** Four weeks, with the neighbours of the oldest hour: as alerts look at them. */
const USUAL_HOURS = 28 * DAY_HOURS + 2;
const LOOK_MS = 2_000;
const WATCHED_MINUTES = 5;

const DENIALS: readonly Column[] = [
  ["policy", ({ policy }) => policy],
  ["consumer", ({ consumer }) => consumer],
  ["key (hash)", ({ key }) => key],
  ["denied", ({ count }) => count],
  ["since", ({ firstMs }) => toTime(firstMs)],
  ["last", ({ lastMs }) => toTime(lastMs)],
];
const USAGE: readonly Column[] = [
  ["consumer", ({ consumer }) => consumer],
  ["policy", ({ policy }) => policy],
  ["units", ({ units }) => units],
];
const MODELS: readonly Column[] = [
  ["consumer", ({ consumer }) => consumer],
  ["model", ({ model }) => model],
  ["calls", ({ calls }) => calls],
  ["input", ({ input }) => input],
  ["output", ({ output }) => output],
  ["of it cached", ({ cachedInput }) => cachedInput],
];
const UNUSUAL: readonly Column[] = [
  ["consumer", ({ consumer }) => consumer],
  ["policy", ({ policy }) => policy],
  ["minute", ({ atMs }) => toTime(atMs)],
  ["units", ({ units }) => units],
  ["usual", ({ usual }) => Math.round(Number(usual))],
];
const USD: Column = ["USD", ({ usd }) => usd];
const MICRO = 1_000_000;

const denials: Command = {
  name: "denials",
  summary: "the keys and consumers that policies denied: how often, and since when",
  options: {
    minutes: {
      value: "count",
      help: `of the last so many minutes; default ${MINUTES_DEFAULT}, up to ${MINUTES_MAX}`,
    },
  },
  examples: ["denials", "denials --minutes 1440 --json"],
  run: async (given, { api }) => {
    const minutes = given.integer("minutes", { least: 1, most: MINUTES_MAX }) ?? MINUTES_DEFAULT;
    const by = Math.ceil(minutes / POINTS_MAX);
    const stats = await ask(api(), { minutes: String(minutes), by: String(by) });
    const json = { items: toItems(stats["denials"]), places: stats["places"] };
    return { json, text: () => `${toTable(DENIALS, json.items)}${toGaps(stats)}` };
  },
};

const usage: Command = {
  name: "usage",
  summary:
    "the units that each consumer took of each policy, and the tokens of each model: in the last 24 hours, or in this month",
  options: {
    month: { help: "since the first of this month, by UTC" },
    unusual: {
      help: "only who took much more within the last hour than usually at this hour of the last seven days",
    },
  },
  examples: ["usage", "usage --month --json", "usage --unusual"],
  run: async (given, { api, nowMs }) => {
    if (given.has("unusual")) return await sayUnusual(api(), nowMs());
    const now = new Date(nowMs());
    const isMonth = given.has("month");
    const fromMs = isMonth
      ? Date.UTC(now.getUTCFullYear(), now.getUTCMonth())
      : Math.floor(now.getTime() / HOUR_MS) * HOUR_MS - DAY_HOURS * HOUR_MS;
    const by = isMonth ? DAY_HOURS : 1;
    const stats = await ask(api(), { step: "hour", by: String(by), from: String(fromMs) });
    const items = toItems(stats["usage"]).map(({ policy, consumer, counts }) => ({
      consumer,
      policy,
      units: sumOf(counts),
    }));
    const models = toModels(toItems(stats["models"]));
    const json = { fromMs, toMs: stats["asOfMs"], items, models, places: stats["places"] };
    const isPriced = models.some(({ usd }) => usd !== undefined);
    const ofModels =
      models.length === 0 ? "" : `\n\n${toTable(isPriced ? [...MODELS, USD] : MODELS, models)}`;
    return { json, text: () => `${toTable(USAGE, items)}${ofModels}${toGaps(stats)}` };
  },
};

const watch: Command = {
  name: "watch",
  summary: "how the gateway is doing, every two seconds until it is stopped: requests, denials, latency, age",
  options: { for: { value: "duration", help: "ends by itself; default: runs until it is stopped" } },
  examples: ["watch", "watch --for 30s"],
  run: async (given, { api, nowMs, print, wait }) => {
    const untilMs = nowMs() + (given.durationMs("for") ?? Infinity);
    const asked = api();
    for (;;) {
      const stats = await ask(asked, { minutes: String(WATCHED_MINUTES), watch: "1" });
      const said = { json: toFrame(stats), text: () => `${toLines(toFrame(stats))}${toGaps(stats)}` };
      if (nowMs() + LOOK_MS > untilMs) return said;
      print(said);
      await wait(LOOK_MS);
    }
  },
};

async function sayUnusual(api: Api, nowMs: number): Promise<Said> {
  const [minutes, hours] = await Promise.all([
    readUsage(api, "minute", { points: 60, nowMs }),
    readUsage(api, "hour", { points: USUAL_HOURS, nowMs }),
  ]);
  const found = findUnusual(minutes, hours);
  const items = found.map(({ policy, consumer, atMs, units, usual, score }): Item => ({
    policy,
    consumer,
    atMs,
    units,
    usual,
    score,
  }));
  const nobody =
    "Nobody took much more than usual: by the last seven days, of which at least three are needed";
  return { json: { items }, text: () => (items.length === 0 ? nobody : toTable(UNUSUAL, items)) };
}

export const statsCommands: readonly Command[] = [denials, usage, watch];

async function ask(api: Api, query: Readonly<Record<string, string>>): Promise<Item> {
  const { body } = await api.ask("GET", `/stats?${new URLSearchParams(query).toString()}`);
  return toItem(body);
}

/** A row for each consumer and model: what was counted of each kind. `usd` where a policy has prices. */
function toModels(series: readonly Item[]): readonly Item[] {
  const rows = Map.groupBy(series, ({ consumer, model }) => JSON.stringify([consumer, model]));
  return Array.from(rows.values(), (kinds) => {
    const { consumer, model } = kinds[0] ?? {};
    const sum = (wanted: string): number => sumOf(kinds.find(({ kind }) => kind === wanted)?.["counts"]);
    const [calls, input, output] = [sum("calls"), sum("input"), sum("output")];
    const microUsd = sum("microUsd");
    const usd = microUsd === 0 ? undefined : microUsd / MICRO;
    return { consumer, model, calls, input, output, cachedInput: sum("cachedInput"), usd };
  });
}

/** The last five minutes in a few figures. */
function toFrame(stats: Item): Item {
  const requests = toItems(stats["requests"]);
  const count = (outcome?: string): number =>
    requests
      .filter((row) => outcome === undefined || row["outcome"] === outcome)
      .reduce((sum, { counts }) => sum + sumOf(counts), 0);
  const total = toItems(stats["durations"]).find(({ route, part }) => route === "*" && part === "total");
  const whole = toItem(total?.["whole"]);
  const degraded = toItems(stats["decisions"]).filter(({ outcome }) => outcome === "degraded");
  return {
    requests: count(),
    denied: count("denied"),
    rejected: count("rejected"),
    failed: count("failed"),
    cached: count("cached"),
    degraded: degraded.reduce((sum, { counts }) => sum + sumOf(counts), 0),
    p50Ms: whole["p50"] ?? undefined,
    p99Ms: whole["p99"] ?? undefined,
    isolates: stats["isolates"],
    lagMs: stats["lagMs"],
  };
}

function toGaps(stats: Item): string {
  const { unanswered } = toItem(stats["places"]);
  const places = Array.isArray(unanswered) ? unanswered : [];
  return places.length === 0
    ? ""
    : `\n\nWithout what was counted in ${places.join(", ")}: nobody answered there`;
}

function sumOf(counts: unknown): number {
  return Array.isArray(counts) ? counts.reduce((sum: number, count) => sum + Number(count), 0) : 0;
}
