// The settings of a configuration's `stats`: whether the gateway counts what it does, and where the sums are pushed.

import * as v from "valibot";
import { object } from "../schema/parse-with.ts";
import { durationBetween, secretName, secureUrl, switchedOn, textLike } from "../schema/primitives.ts";

const FIELDS_MAX = 8;

const fieldName = textLike(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, "must be a header field's name");

const otlpSchema = object({
  url: secureUrl,
  fields: v.optional(
    v.pipe(
      v.record(fieldName, secretName, "must be an object of header fields and secrets' names"),
      v.maxEntries(FIELDS_MAX, `must have at most ${FIELDS_MAX} fields`),
    ),
    {},
  ),
  every: v.optional(durationBetween("10s", "1h"), "1m"),
});

const settings = object({ otlp: v.optional(otlpSchema) });

/** false switches statistics off. */
export const statsRule = v.lazy((given) => (typeof given === "boolean" ? switchedOn : settings));

export type OtlpSettings = v.InferOutput<typeof otlpSchema>;

export interface StatsSettings {
  /** Where the sums go; undefined: nowhere. */
  readonly otlp?: OtlpSettings | undefined;
}

/** undefined: nothing is counted. */
export function toStatsSettings(given: boolean | StatsSettings): StatsSettings | undefined {
  if (typeof given === "object") return given;
  return given ? {} : undefined;
}
