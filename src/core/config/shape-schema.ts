// The keys of a route that change the shape of what passes: which fields of JSON answers there are, how header fields are
// called, and of which calls an answer is made.

import * as v from "valibot";
import { parseFieldMask } from "../json/field-mask.ts";
import { isSettable } from "../origins/pool-schema.ts";
import { isObject, object } from "./parse-with.ts";
import { integerBetween, oneOf, switchedOn } from "./primitives.ts";

const RENAMED_MAX = 32;
const PARTS_MAX = 10;

/** What caches, ranges and framing go by. */
const FIXED =
  /^(?:age|cache-.*|cdn-.*|connection|content-.*|date|etag|expires|host|if-.*|location|pragma|range|accept-.*|set-cookie|vary|warning|authorization|x-api-key|cookie|cf-.*)$/;
const RENAMED_WANTED = `must be an object of at most ${RENAMED_MAX} header fields with other names that a gateway may give them`;
const renamed = v.pipe(
  v.custom<Readonly<Record<string, string>>>(
    (value) =>
      isObject(value) &&
      Object.values(value).every((name) => typeof name === "string") &&
      isRenaming(Object.entries(value as Readonly<Record<string, string>>)),
    RENAMED_WANTED,
  ),
  v.transform((names) => Object.entries(names).map((pair) => pair.map((name) => name.toLowerCase()))),
  v.transform((names) => names as unknown as readonly (readonly [from: string, to: string])[]),
);

const MASK_WANTED = 'must name fields such as "password,owner(email),items/secret"';
const mask = v.pipe(
  v.string(MASK_WANTED),
  v.check((text) => parseFieldMask(text).ok, MASK_WANTED),
);
const PARTS_WANTED = `must be an object of 1 to ${PARTS_MAX} paths`;

export const shapeEntries = {
  fields: v.optional(switchedOn, false),
  request: v.optional(object({ renameHeaders: v.optional(renamed, {}) }), {}),
  response: v.optional(
    object({
      renameHeaders: v.optional(renamed, {}),
      dropFields: v.optional(mask),
      bodyBytesMax: v.optional(integerBetween(0, 16_777_216), 1_048_576),
    }),
    {},
  ),
  // parse-aggregate.ts reads the paths.
  aggregate: v.optional(
    v.pipe(
      v.custom<Readonly<Record<string, unknown>>>(isObject, PARTS_WANTED),
      v.check((parts) => isBetween(Object.keys(parts).length, 1, PARTS_MAX), PARTS_WANTED),
    ),
  ),
  onPartial: v.optional(oneOf(["fail", "null", "problem"]), "fail"),
};

const isBetween = (count: number, least: number, most: number): boolean => count >= least && count <= most;

const isFree = (name: string): boolean => isSettable([name, ""]) && !FIXED.test(name);

/** No name is given twice, or taken from what is given. */
function isRenaming(pairs: readonly (readonly [string, string])[]): boolean {
  const names = pairs.flat().map((name) => name.toLowerCase());
  return names.length <= 2 * RENAMED_MAX && new Set(names).size === names.length && names.every(isFree);
}
