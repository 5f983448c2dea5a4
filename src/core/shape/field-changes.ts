// A route's `setHeaders` and `removeHeaders`: fields that it puts on what passes, and takes off it. What the gateway, the
// connection or the cache depends on is refused by name: there it could only be wrong, or have no effect.

import * as v from "valibot";
import { foldName } from "../http/field-name.ts";
import { isDroppedFromRequests } from "../http/forwarded-fields.ts";
import { headerName, isHeaderName } from "../http/header-name.ts";
import type { Problem } from "../result.ts";
import { listOf } from "../schema/list-of.ts";
import { isObject } from "../schema/parse-with.ts";

const FIELDS_MAX = 32;
/** Visible ASCII, with spaces and tabs inside it: no line can end in it (RFC 9110 section 5.5). */
const VALUE = /^(?:[\x21-\x7e](?:[\t\x20-\x7e]{0,2046}[\x21-\x7e])?)?$/;

const SET_WANTED = `must be an object of at most ${FIELDS_MAX} header fields with values of at most 2048 visible ASCII characters`;

/** Header fields with fixed values, which are no templates. */
export const fieldValues = v.pipe(
  v.custom<Readonly<Record<string, string>>>(isFieldValues, SET_WANTED),
  v.check(
    (fields) => new Set(Object.keys(fields).map(foldName)).size === Object.keys(fields).length,
    "must name each field once",
  ),
);

const fieldNames = listOf(headerName, "field", {
  least: 0,
  most: FIELDS_MAX,
});

export const changeEntries = {
  setHeaders: v.optional(fieldValues, {}),
  removeHeaders: v.optional(fieldNames, []),
};

export interface ChangesGiven {
  readonly setHeaders: Readonly<Record<string, string>>;
  readonly removeHeaders: readonly string[];
}

export interface FieldChanges {
  readonly set: readonly (readonly [name: string, value: string])[];
  /** Those that are set as well, so that nothing of them stays. */
  readonly removed: readonly string[];
}

/** Names of request fields are compared folded (http/field-name.ts), those of answers in lower case. */
export function toRouteFields({ request, response }: Changed): {
  readonly requestFields: FieldChanges | undefined;
  readonly answerFields: FieldChanges | undefined;
} {
  return {
    requestFields: toFieldChanges(request, foldName),
    answerFields: toFieldChanges(response, (name) => name.toLowerCase()),
  };
}

/** undefined where nothing is changed. `toName` says in which form names are compared. */
export function toFieldChanges(
  { setHeaders, removeHeaders }: ChangesGiven,
  toName: (name: string) => string,
): FieldChanges | undefined {
  const set = Object.entries(setHeaders).map(([name, value]) => [name.toLowerCase(), value] as const);
  if (set.length + removeHeaders.length === 0) return undefined;
  return { set, removed: [...removeHeaders, ...set.map(([name]) => name)].map(toName) };
}

const CONNECTION = "it belongs to the connection, or says where the message ends";
const CONTENT = "it describes the body, which stays as it is";
const OWN = "the gateway sets it";
const CACHING = "caching, conditions and ranges depend on it";
const CREDENTIAL = "a credential stands in `credential`, by the name of its secret";

/** Why names are refused: the first that fits. Folded names. */
type Refusals = readonly (readonly [names: RegExp, why: string])[];

const FRAMING: Refusals[number] = [
  /^(?:connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|content-length|host|expect|proxy-auth.*)$/,
  CONNECTION,
];
const IN_BOTH: Refusals = [
  FRAMING,
  [/^content-(?:encoding|range|type|location|digest|md5)$|^(?:repr-)?digest$/, CONTENT],
  [/^(?:via|cf-.*|cdn-loop|x-gateway-.*)$/, OWN],
];
const IN_REQUESTS: Refusals = [...IN_BOTH, [/^(?:if-.*|range|accept-encoding)$/, CACHING]];
const IN_ANSWERS: Refusals = [
  ...IN_BOTH,
  [/^access-control-.*$/, "`cors` decides it"],
  [/^(?:deprecation|sunset)$/, "the route's keys `deprecation` and `sunset` do"],
  [
    /^(?:cache-status|proxy-status|ratelimit.*|x-ratelimit-.*|retry-after|server-timing|x-.*-ignored|x-aggregate-failed)$/,
    OWN,
  ],
  [/^(?:age|date|etag|last-modified|vary|accept-ranges|location|www-authenticate)$/, CACHING],
];

/** What may be removed and not be set. */
const SET_ONLY_IN_REQUESTS: Refusals = [[/^(?:authorization|cookie|x-api-key)$/, CREDENTIAL]];
const SET_ONLY_IN_ANSWERS: Refusals = [
  [/^set-cookie$/, "an answer may have several, and setting one would drop them"],
];

/** Why a function must not change a field; undefined: it may. Credentials that it makes it may show an origin. */
export function findRefusal(
  name: string,
  { side, isSet }: { readonly side: "request" | "answer"; readonly isSet: boolean },
): string | undefined {
  if (side === "request")
    return findWhy(name, IN_REQUESTS) ?? (isDroppedFromRequests(foldName(name)) ? OWN : undefined);
  return findWhy(name, isSet ? [...IN_ANSWERS, ...SET_ONLY_IN_ANSWERS] : IN_ANSWERS);
}

interface Changed {
  readonly request: ChangesGiven;
  readonly response: ChangesGiven;
}

/** Fields that no route may set or remove, each by its name, and those that it sets and removes at once. */
export function findFieldProblems({ request, response }: Changed, at: string): readonly Problem[] {
  return [
    ...findIn(request, `${at}.request`, {
      all: IN_REQUESTS,
      set: SET_ONLY_IN_REQUESTS,
      isOwn: isDroppedFromRequests,
    }),
    ...findIn(response, `${at}.response`, { all: IN_ANSWERS, set: SET_ONLY_IN_ANSWERS, isOwn: () => false }),
  ];
}

/** Fields that a fixed answer cannot have. */
export function findAnswerProblems(fields: Readonly<Record<string, string>>, at: string): readonly Problem[] {
  const framed: Refusals = [FRAMING, [/^content-(?:encoding|range)$/, CONTENT]];
  const own = IN_ANSWERS.filter(([, why]) => why !== CONTENT && why !== CACHING);
  const refusals = [...framed, ...own, [/^(?:age|date|accept-ranges)$/, OWN]] as const;
  return Object.keys(fields).flatMap((name) =>
    foldName(name) === "retry-after" ? [] : toProblem(`${at}.${name}`, name, findWhy(name, refusals)),
  );
}

interface Refused {
  readonly all: Refusals;
  readonly set: Refusals;
  readonly isOwn: (folded: string) => boolean;
}

function findIn(
  { setHeaders, removeHeaders }: ChangesGiven,
  at: string,
  { all, set, isOwn }: Refused,
): readonly Problem[] {
  const find = (name: string, more: Refusals): string | undefined =>
    findWhy(name, [...all, ...more]) ?? (isOwn(foldName(name)) ? OWN : undefined);
  const names = Object.keys(setHeaders);
  const written = new Set(names.map(foldName));
  return [
    ...names.flatMap((name) => toProblem(`${at}.setHeaders.${name}`, name, find(name, set))),
    ...removeHeaders.flatMap((name, index) => {
      const why = written.has(foldName(name)) ? "setHeaders sets it" : find(name, []);
      return toProblem(`${at}.removeHeaders.${index}`, name, why);
    }),
  ];
}

function findWhy(name: string, refusals: Refusals): string | undefined {
  const folded = foldName(name);
  return refusals.find(([names]) => names.test(folded))?.[1];
}

function toProblem(path: string, name: string, why: string | undefined): readonly Problem[] {
  return why === undefined ? [] : [{ path, code: "invalid", message: `must not name ${name}: ${why}` }];
}

function isFieldValues(value: unknown): value is Readonly<Record<string, string>> {
  if (!isObject(value)) return false;
  const fields = Object.entries(value);
  return (
    fields.length <= FIELDS_MAX &&
    fields.every(([name, text]) => isHeaderName(name) && typeof text === "string" && VALUE.test(text))
  );
}
