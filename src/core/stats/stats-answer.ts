// What the admin API answers of statistics: the shapes of GET /stats, /stats/keys and /stats/tail. The dashboard and the
// command line read these; docs/admin-api.md has an example of each, which a test reads by these schemas.

import * as v from "valibot";
import { object } from "../schema/parse-with.ts";
import { oneOf } from "../schema/primitives.ts";
import { MODEL_KINDS } from "./model-usage.ts";

/** What became of a request. */
export const REQUEST_OUTCOMES = ["answered", "cached", "denied", "rejected", "failed", "left"] as const;
/** The first five exclude each other and add up to all decisions; the last two count some of them once more. */
export const DECISION_OUTCOMES = [
  "allowed",
  "near",
  "denied",
  "denied_from_memory",
  "shadow_denied",
  "degraded",
  "leased",
] as const;
/** What time is measured of: a whole request, and what it waited for. */
export const PARTS = ["total", "counter", "credential", "cache", "queue", "origin"] as const;
export const STATUS_CLASSES = ["1xx", "2xx", "3xx", "4xx", "429", "5xx"] as const;
export const STEPS = ["minute", "hour"] as const;

const text = v.string();
const number = v.number();
const count = v.pipe(v.number(), v.integer());
/** One number for each time of `times`. */
const counts = v.array(count);
/** Milliseconds for each time; null where nothing was measured. */
const figures = v.array(v.nullable(number));

/** Of all that was measured in the time that was asked for. */
const whole = object({
  count,
  sumMs: number,
  p50: v.nullable(number),
  p90: v.nullable(number),
  p99: v.nullable(number),
});

/** Made when it is asked for: a Worker's start needs none of it. */
// oxlint-disable-next-line typescript/explicit-module-boundary-types, typescript/explicit-function-return-type -- valibot infers it
export const toStatsSchema = () =>
  object({
    asOfMs: count,
    lagMs: count,
    intervalMs: count,
    isolates: count,
    places: object({ answered: v.array(text), unanswered: v.array(text) }),
    step: oneOf(STEPS),
    stepMs: count,
    times: v.array(count),
    requests: v.array(
      object({ route: text, outcome: oneOf(REQUEST_OUTCOMES), code: oneOf(STATUS_CLASSES), counts }),
    ),
    durations: v.array(
      object({
        route: text,
        part: oneOf(PARTS),
        counts,
        sumsMs: v.array(number),
        p50: figures,
        p90: figures,
        p99: figures,
        whole,
      }),
    ),
    decisions: v.array(object({ policy: text, tier: text, outcome: oneOf(DECISION_OUTCOMES), counts })),
    units: v.array(object({ policy: text, counts })),
    cache: v.array(object({ route: text, result: text, counts })),
    origins: v.array(object({ pool: text, origin: text, result: text, counts })),
    originTimes: v.array(object({ pool: text, origin: text, whole })),
    queue: v.array(object({ pool: text, priority: text, result: text, counts })),
    refusals: v.array(object({ route: text, code: text, counts })),
    countries: v.array(object({ country: text, counts })),
    asns: v.array(object({ asn: text, counts })),
    denials: v.array(
      object({ policy: text, key: text, consumer: text, count, firstMs: count, lastMs: count }),
    ),
    usage: v.array(object({ policy: text, consumer: text, counts, peaks: v.optional(counts) })),
    models: v.array(object({ consumer: text, model: text, kind: oneOf(MODEL_KINDS), counts })),
    now: object({
      pools: v.array(
        object({
          pool: text,
          origins: v.array(object({ origin: text, states: v.record(text, count) })),
          waiting: v.record(text, count),
        }),
      ),
      usage: v.array(object({ pool: text, quota: text, share: number, resetMs: v.nullable(count) })),
    }),
    lost: object({ series: count, reports: count }),
  });

// oxlint-disable-next-line typescript/explicit-module-boundary-types, typescript/explicit-function-return-type -- valibot infers it
export const toStatsKeysSchema = () =>
  object({
    policy: text,
    keys: count,
    shares: v.array(count),
    items: v.array(
      object({
        key: text,
        limit: count,
        used: count,
        remaining: count,
        resetMs: count,
        goneInMs: v.optional(count),
        share: number,
        object: text,
      }),
    ),
    objects: object({ asked: count, unanswered: count, incomplete: count, sharded: count }),
    next: v.optional(count),
  });

// oxlint-disable-next-line typescript/explicit-module-boundary-types, typescript/explicit-function-return-type -- valibot infers it
export const toStatsTailSchema = () =>
  object({
    asOfMs: count,
    places: object({ answered: v.array(text), unanswered: v.array(text) }),
    items: v.array(
      object({
        atMs: count,
        kind: oneOf(["denied", "rejected", "failed", "crossed"]),
        route: text,
        status: count,
        code: text,
        policy: v.array(text),
        key: v.array(text),
        consumer: text,
        tier: text,
        country: text,
        asn: text,
        method: text,
        requestId: text,
        ms: count,
        share: v.optional(count),
      }),
    ),
    cursor: text,
  });

export type StatsAnswer = v.InferOutput<ReturnType<typeof toStatsSchema>>;
export type StatsKeysAnswer = v.InferOutput<ReturnType<typeof toStatsKeysSchema>>;
export type StatsTailAnswer = v.InferOutput<ReturnType<typeof toStatsTailSchema>>;
