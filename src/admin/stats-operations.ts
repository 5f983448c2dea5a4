// What the gateway did, as the stats objects have counted it, and how much of their quota keys have used, as their counter
// objects know it.

import * as v from "valibot";
import type { Config } from "../core/config/config.ts";
import { object } from "../core/schema/parse-with.ts";
import { oneOf } from "../core/schema/primitives.ts";
import { STEPS, toStatsKeysSchema, toStatsSchema, toStatsTailSchema } from "../core/stats/stats-answer.ts";
import { HOUR_MS, MINUTE_MS } from "../core/stats/stats-book.ts";
import {
  STATS_VERSION,
  type StatsFigures,
  type StatsQuestion,
  type StatsTotals,
} from "../core/stats/stats-messages.ts";
import { chooseFormat } from "../core/stats/metrics-text.ts";
import { type MetricLimit, toMetrics } from "../core/stats/metrics.ts";
import { Series, type SeriesData } from "../core/stats/series.ts";
import { toState, toStatsAnswer } from "../core/stats/to-answer.ts";
import { toTailAnswer, toTailCursors } from "../core/stats/to-tail-answer.ts";
import { VERSION } from "../platform/version.ts";
import { askStats } from "./ask-stats.ts";
import { findFullestKeys, findKeyShares } from "./find-key-shares.ts";
import { type AdminControls, defineOperation, type Operation } from "./operation.ts";
import { queryInteger } from "./page-query.ts";
import { toInvalidBody, toJson, toProblem } from "./problem.ts";
import { toSchema } from "./to-schema.ts";

const POINTS_MAX = 500;
const MINUTES = 60;
/** As far back as there is anything. */
const MINUTES_MAX = 90 * 24 * 60;

const time = v.optional(queryInteger(0, Number.MAX_SAFE_INTEGER));
const statsQuery = object({
  step: v.optional(oneOf(STEPS), "minute"),
  by: v.optional(queryInteger(1, 60), "1"),
  minutes: v.optional(queryInteger(1, MINUTES_MAX)),
  from: time,
  to: time,
  since: time,
  watch: v.optional(oneOf(["0", "1"]), "0"),
});
const keysQuery = object({
  policy: v.pipe(v.string("must be a policy's name"), v.maxLength(64, "must be a policy's name")),
  limit: v.optional(queryInteger(1, 100), "20"),
  cursor: v.optional(queryInteger(1, Number.MAX_SAFE_INTEGER)),
  of: v.optional(oneOf(["all", "fullest"]), "all"),
});
const AFTER_WANTED = "must be the cursor of an answer before";
const tailQuery = object({
  after: v.optional(v.pipe(v.string(AFTER_WANTED), v.regex(/^[A-Za-z0-9:,]{0,500}$/, AFTER_WANTED)), ""),
});

export const statsOperations: readonly Operation[] = [
  defineOperation({
    name: "metrics",
    method: "GET",
    path: "/metrics",
    summary: "All that was ever counted, for Prometheus: its text format, or OpenMetrics by Accept",
    handle: async ({ controls, accept }) =>
      answerStats(controls, async () => answerMetrics(controls, accept)),
  }),
  defineOperation({
    name: "stats",
    method: "GET",
    path: "/stats",
    summary: "What the gateway did: requests, decisions, latencies, cache and origins, by time",
    query: statsQuery,
    answer: () => toSchema(toStatsSchema()),
    handle: async ({ controls, query }) => {
      const nowMs = Date.now();
      const question = toQuestion(query, nowMs);
      if (typeof question === "string")
        return toInvalidBody([{ path: "from", code: "invalid", message: question }]);
      return answerStats(controls, async () => {
        // The types of RPC know no tuples.
        const { answers, places } = await askStats(
          controls.bindings,
          async (stub) => (await stub.figures(question)) as unknown as StatsFigures,
        );
        if (answers.length === 0) return toProblem(503, "stats-unavailable");
        return toJson(
          200,
          toStatsAnswer(
            answers.map(({ answer }) => answer),
            { question, nowMs, places },
          ),
        );
      });
    },
  }),
  defineOperation({
    name: "stats.keys",
    method: "GET",
    path: "/stats/keys",
    summary: "How much of a policy its keys have used, and those that used most",
    query: keysQuery,
    answer: () => toSchema(toStatsKeysSchema()),
    handle: async ({ controls, query: { policy: named, limit, cursor = 0, of } }) => {
      await controls.learn();
      const policy = controls.config().policies.find(({ name }) => name === named);
      if (policy === undefined) return toProblem(404, "not-found");
      if (of === "all") return toJson(200, await findKeyShares(controls, policy, { limit, cursor }));
      return answerStats(controls, async () =>
        toJson(200, await findFullestKeys(controls, policy, { limit })),
      );
    },
  }),
  defineOperation({
    name: "stats.tail",
    method: "GET",
    path: "/stats/tail",
    summary: "The newest requests that were refused or failed, and keys that crossed a share of their quota",
    query: tailQuery,
    answer: () => toSchema(toStatsTailSchema()),
    handle: async ({ controls, query }) =>
      answerStats(controls, async () => {
        const cursors = toTailCursors(query.after);
        const { answers, places } = await askStats(controls.bindings, async (stub, place) =>
          stub.tail(cursors.get(place) ?? 0),
        );
        if (answers.length === 0) return toProblem(503, "stats-unavailable");
        return toJson(200, { asOfMs: Date.now(), places, ...toTailAnswer(answers) });
      }),
  }),
];

async function answerMetrics(controls: AdminControls, accept: string | null): Promise<Response> {
  const { answers, places } = await askStats(
    controls.bindings,
    async (stub) => (await stub.totals()) as unknown as StatsTotals,
  );
  if (answers.length === 0) return toProblem(503, "stats-unavailable", { places: places.unanswered });
  const { contentType, write } = chooseFormat(accept);
  const text = write(
    toMetrics({
      places: answers.map(({ place, answer }) => ({
        place,
        totals: toSeries(answer),
        state: toState([answer.state]),
      })),
      unanswered: places.unanswered,
      version: VERSION,
      limits: toLimits(controls.config()),
      bans: controls.countBans(),
    }),
  );
  return new Response(text, { headers: { "Content-Type": contentType, "Cache-Control": "no-store" } });
}

function toSeries(data: SeriesData): Series {
  const series = new Series();
  series.add(data);
  return series;
}

function toLimits({ policies }: Config): readonly MetricLimit[] {
  return policies.flatMap(({ name: policy, limit, windowMs, tiers }) => [
    { policy, tier: "", limit, windowMs },
    ...[...tiers].map(([tier, own]) => ({ policy, tier, limit: own.limit, windowMs: own.windowMs })),
  ]);
}

async function answerStats(controls: AdminControls, answer: () => Promise<Response>): Promise<Response> {
  return controls.config().stats !== undefined ? await answer() : toProblem(404, "stats-off");
}

/** The points that are asked for, or what is wrong with them. */
function toQuestion(query: v.InferOutput<typeof statsQuery>, nowMs: number): StatsQuestion | string {
  const { step, by, minutes, from, to = nowMs, since = 0, watch } = query;
  if (minutes !== undefined && from !== undefined) return 'must not be given together with "minutes"';
  const pointMs = by * (step === "minute" ? MINUTE_MS : HOUR_MS);
  const firstMs = Math.max(since, from ?? to - (minutes ?? MINUTES) * MINUTE_MS);
  const fromMs = firstMs - (firstMs % pointMs);
  const toMs = Math.max(fromMs + pointMs, Math.ceil(to / pointMs) * pointMs);
  if (toMs - fromMs > POINTS_MAX * pointMs)
    return `must be at most ${POINTS_MAX} points before "to": ask for larger ones`;
  return { version: STATS_VERSION, step, fromMs, toMs, pointMs, isWatched: watch === "1" };
}
