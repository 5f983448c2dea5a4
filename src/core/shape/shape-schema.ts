// The keys of a route that change the shape of what passes: which fields of JSON answers there are, how header fields are
// called, and of which calls an answer is made.

import * as v from "valibot";
import { changeEntries } from "./field-changes.ts";
import { parseFieldMask } from "./field-mask.ts";
import { foldName } from "../http/field-name.ts";
import { isSettable } from "../http/forwarded-fields.ts";
import { isObject, object } from "../schema/parse-with.ts";
import {
  integerBetween,
  NAME,
  NAME_WANTED,
  oneOf,
  switchedOn,
  textLike,
  textThat,
} from "../schema/primitives.ts";

const RENAMED_MAX = 32;
const PARTS_MAX = 10;

/** Fields that caching, ranges and framing depend on. */
const FIXED =
  /^(?:age|cache-.*|cdn-.*|content-.*|date|etag|expires|if-.*|location|pragma|range|accept-.*|set-cookie|vary|warning|authorization|x-api-key|cookie|cf-.*)$/;
const RENAMED_WANTED = `must be an object of at most ${RENAMED_MAX} header fields and the names they get`;
const renamed = v.pipe(
  v.custom<Readonly<Record<string, string>>>(isNamesOfFields, RENAMED_WANTED),
  v.check(
    (names) => Object.entries(names).flat().every(isFree),
    "must name fields that a gateway may rename, old and new",
  ),
  v.check(isUnambiguous, "must give each name once, and none that a field has"),
  v.transform((names) =>
    Object.entries(names).map(([from, to]) => [from.toLowerCase(), to.toLowerCase()] as const),
  ),
);

const mask = textThat(
  (text) => parseFieldMask(text).ok,
  'must name fields such as "password,owner(email),items/secret"',
);

/** A function of the configuration. */
const functionName = v.optional(textLike(NAME, NAME_WANTED));

export const shapeEntries = {
  fields: v.optional(switchedOn, false),
  request: v.optional(
    object({ renameHeaders: v.optional(renamed, {}), ...changeEntries, function: functionName }),
    {},
  ),
  response: v.optional(
    object({
      renameHeaders: v.optional(renamed, {}),
      ...changeEntries,
      function: functionName,
      dropFields: v.optional(mask),
      bodyBytesMax: v.optional(integerBetween(0, 16_777_216), 1_048_576),
    }),
    {},
  ),
  // parse-aggregate.ts reads the paths.
  aggregate: v.optional(
    v.custom<Readonly<Record<string, unknown>>>(
      (parts) => isObject(parts) && isFew(Object.keys(parts)),
      `must be an object of 1 to ${PARTS_MAX} paths`,
    ),
  ),
  onPartial: v.optional(oneOf(["fail", "null", "problem"]), "fail"),
};

function isNamesOfFields(value: unknown): value is Readonly<Record<string, string>> {
  if (!isObject(value)) return false;
  const names = Object.values(value);
  return names.length <= RENAMED_MAX && names.every((name) => typeof name === "string");
}

/** Whether folded names (http/field-name.ts) are unique. A field may get another spelling of its own name. */
function isUnambiguous(names: Readonly<Record<string, string>>): boolean {
  const pairs = Object.entries(names);
  const folded = pairs.flatMap((pair) => [...new Set(pair.map(foldName))]);
  const isChanged = pairs.every(([from, to]) => from.toLowerCase() !== to.toLowerCase());
  return isChanged && new Set(folded).size === folded.length;
}

const isFree = (name: string): boolean => isSettable([name, ""]) && !FIXED.test(foldName(name));

const isFew = ({ length }: readonly unknown[]): boolean => length > 0 && length <= PARTS_MAX;
