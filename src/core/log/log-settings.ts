// The settings of a configuration's `log`: which events leave a line, what a line may hold, and where lines go beside the
// console.

import * as v from "valibot";
import { listOf } from "../schema/list-of.ts";
import { object } from "../schema/parse-with.ts";
import { oneOf, secretName, secureUrl, share, switchedOn, textLike } from "../schema/primitives.ts";
import { formats } from "./formats/registry.ts";
import { shapes } from "./shapes/registry.ts";
import { SHOWN_ADDRESSES } from "./shown-address.ts";

const SINKS_MAX = 4;
const FIELDS_MAX = 8;

type Names<Registry> = readonly [keyof Registry & string, ...(keyof Registry & string)[]];

const fieldName = textLike(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, "must be a header field's name");

export const sinkEntries = {
  url: v.optional(secureUrl),
  urlSecret: v.optional(secretName),
  fields: v.optional(
    v.pipe(
      v.record(fieldName, secretName, "must be an object of header fields and secrets' names"),
      v.maxEntries(FIELDS_MAX, `must have at most ${FIELDS_MAX} fields`),
    ),
    {},
  ),
  format: v.optional(oneOf(Object.keys(formats) as unknown as Names<typeof formats>), "ndjson"),
  shape: v.optional(oneOf(Object.keys(shapes) as unknown as Names<typeof shapes>), "headgate"),
};

const sink = v.pipe(
  object(sinkEntries),
  v.check(
    ({ url, urlSecret }) => (url === undefined) !== (urlSecret === undefined),
    'must have exactly one of "url" and "urlSecret"',
  ),
);

/** The events of which a share leaves a line; all others always do. */
const sampledEntries = {
  allowed: v.optional(share, 0),
  denied: v.optional(share, 1),
  shadow: v.optional(share, 1),
  degraded: v.optional(share, 1),
  failed: v.optional(share, 1),
};

export type SampledEvent = keyof typeof sampledEntries;
export const SAMPLED_EVENTS: readonly string[] = Object.keys(sampledEntries);

export const logSchema = v.pipe(
  object({
    ...sampledEntries,
    addresses: v.optional(oneOf(SHOWN_ADDRESSES), "none"),
    console: v.optional(switchedOn, true),
    sinks: v.optional(listOf(sink, "sink", { least: 0, most: SINKS_MAX }), []),
  }),
  v.forward(
    v.check(
      ({ console, sinks }) => console || sinks.length > 0,
      "must be true where there are no sinks: lines would go nowhere",
    ),
    ["console"],
  ),
);

export type LogSettings = v.InferOutput<typeof logSchema>;
export type SinkSettings = LogSettings["sinks"][number];
