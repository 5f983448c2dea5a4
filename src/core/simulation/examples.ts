// Examples of what a configuration does, kept beside it as its tests: requests at times, and what becomes of each.

import * as v from "valibot";
import type { Config } from "../config/config.ts";
import { combineVerdicts } from "../policies/combine-verdicts.ts";
import type { Result } from "../result.ts";
import { toDurationMs } from "../schema/durations.ts";
import { listOf } from "../schema/list-of.ts";
import { object, parseWith } from "../schema/parse-with.ts";
import { country, durationText, integerBetween, oneOf, textLike } from "../schema/primitives.ts";
import type { LoggedRequest } from "./logged-request.ts";
import { Replay, type Replayed, type ReplayOptions } from "./replay.ts";

const EXAMPLES = { least: 1, most: 1_000 } as const;
const STEPS = { least: 1, most: 1_000 } as const;
const TIMES_MAX = 100_000;
/** A Monday morning, so that calendar quotas begin where a reader expects them to. */
const START_MS = 1_767_571_200_000;

const OUTCOMES = ["allowed", "denied", "refused", "free", "no-route", "malformed"] as const;

const expected = object({
  outcome: oneOf(OUTCOMES),
  policy: v.optional(v.string("must be a policy's name")),
  /** After how long the same request is admitted: the answer's Retry-After, in whole seconds. */
  retryAfter: v.optional(durationText),
});

const step = object({
  /** From the beginning of the example. */
  at: v.optional(v.union([v.literal("0s"), durationText])),
  times: v.optional(integerBetween(1, TIMES_MAX), 1),
  /** Between two of them. */
  every: v.optional(durationText),
  method: v.optional(textLike(/^[A-Z]{1,32}$/, 'must be a method such as "GET"'), "GET"),
  path: textLike(/^\/[^\s#]{0,2047}$/, 'must be a path such as "/search?q=a"'),
  host: v.optional(v.string("must be a host")),
  address: v.optional(v.string("must be an address"), "192.0.2.1"),
  country: v.optional(country),
  asn: v.optional(integerBetween(1, 4_294_967_295)),
  consumer: v.optional(v.string("must be a consumer")),
  tier: v.optional(v.string("must be a tier")),
  headers: v.optional(v.record(v.string(), v.string("must be text"), "must be an object of fields"), {}),
  /** Of the origin's answer. */
  status: v.optional(integerBetween(200, 599), 200),
  expect: v.union(
    [
      v.pipe(
        oneOf(OUTCOMES),
        v.transform((outcome): Expected => ({ outcome })),
      ),
      expected,
    ],
    `must be one of ${OUTCOMES.map((outcome) => `"${outcome}"`).join(", ")}, or an object with outcome, policy and retryAfter`,
  ),
});

interface Expected {
  readonly outcome: (typeof OUTCOMES)[number];
  readonly policy?: string | undefined;
  readonly retryAfter?: string | undefined;
}

const examplesSchema = listOf(
  object({
    name: v.pipe(v.string("must be a sentence"), v.minLength(1)),
    requests: listOf(step, "request", STEPS),
  }),
  "example",
  EXAMPLES,
);

export type Example = v.InferOutput<typeof examplesSchema>[number];
type Step = Example["requests"][number];

export function parseExamples(given: unknown): Result<readonly Example[]> {
  return parseWith(examplesSchema, given, "");
}

/** What was not as expected, in words; undefined: all was. Each example begins with counters that have seen nothing. */
export function playExample(
  config: Config,
  { requests }: Example,
  options: Pick<ReplayOptions, "hash">,
): string | undefined {
  const replay = new Replay(config, {
    ...options,
    onUnknown: () => undefined,
    tierOf: () => undefined,
    isHit: () => false,
  });
  let atMs = START_MS;
  for (const [index, asked] of requests.entries()) {
    if (asked.at !== undefined) atMs = Math.max(atMs, START_MS + (toDurationMs(asked.at) ?? 0));
    for (let turn = 0; turn < asked.times; turn += 1) {
      if (turn > 0) atMs += toDurationMs(asked.every ?? "") ?? 0;
      const wrong = toWrong(replay.decide(toRequest(asked, atMs)), asked.expect);
      if (wrong === undefined) continue;
      const which = asked.times === 1 ? "" : `, number ${turn + 1} of ${asked.times}`;
      return `request ${index + 1}${which} (${asked.method} ${asked.path} at ${(atMs - START_MS) / 1_000}s): ${wrong}`;
    }
  }
  return undefined;
}

function toRequest({ headers, host = "localhost", path, ...asked }: Step, atMs: number): LoggedRequest {
  const fields = Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [name.toLowerCase(), text]),
  );
  return { ...asked, atMs, host, target: path, fields };
}

function toWrong(replayed: Replayed, { outcome, policy, retryAfter }: Expected): string | undefined {
  const by = replayed.violated.length === 0 ? "" : ` by ${replayed.violated.join(", ")}`;
  const seconds = toRetryAfter(replayed);
  const was = `${replayed.outcome}${by}${replayed.outcome === "denied" ? `, Retry-After ${seconds}` : ""}`;
  if (replayed.outcome !== outcome) return `expected ${outcome}, was ${was}`;
  if (policy !== undefined && !replayed.violated.includes(policy))
    return `expected ${outcome} by ${policy}, was ${was}`;
  const wantedMs = retryAfter === undefined ? undefined : toDurationMs(retryAfter);
  return wantedMs === undefined || wantedMs === seconds * 1_000
    ? undefined
    : `expected Retry-After ${wantedMs / 1_000}, was ${was}`;
}

function toRetryAfter({ rows }: Replayed): number {
  const verdicts = rows.flatMap(({ verdict, isShadow }) =>
    verdict === undefined || isShadow ? [] : [verdict],
  );
  return Math.ceil(combineVerdicts(verdicts).retryAfterMs / 1_000);
}
