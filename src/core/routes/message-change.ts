// What `request` and `response` functions return: changes of a message, or an answer in place of an origin's. What the gateway,
// the connection or the cache depends on is no function's to change.

import * as v from "valibot";
import { toCanonicalPath } from "../http/canonical-path.ts";
import { foldName } from "../http/field-name.ts";
import { isHeaderName } from "../http/header-name.ts";
import { err, ok, type Result } from "../result.ts";
import { isObject, object, parseWith } from "../schema/parse-with.ts";
import { integerBetween } from "../schema/primitives.ts";
import { fieldValues, type FieldChanges, findAnswerProblems, findRefusal } from "../shape/field-changes.ts";
import { fixedAnswer, type FixedAnswer } from "./fixed-answer.ts";

const FIELDS_MAX = 32;
const QUERY_LENGTH_MAX = 8_192;
/** What a URL parser leaves as it is in a query, without its question mark. */
const QUERY = /^[!$%&()*+,\-./0-9:;=?@A-Z[\]\\^_`a-z{|}~]*$/;

export interface RequestChange {
  readonly fields: FieldChanges;
  /** Canonical; undefined: it stays. */
  readonly path: string | undefined;
  /** With its question mark, or ""; undefined: it stays. */
  readonly search: string | undefined;
}

export type RequestOutcome =
  | { readonly kind: "change"; readonly change: RequestChange }
  | { readonly kind: "answer"; readonly answer: FixedAnswer };

export interface AnswerChange {
  readonly fields: FieldChanges;
  readonly status: number | undefined;
  readonly body: string | undefined;
  /** The two ends of a transform stream, which the body goes through. */
  readonly transform: { readonly readable: object; readonly writable: object } | undefined;
}

const NO_FIELDS: FieldChanges = { set: [], removed: [] };

const values = v.custom<Readonly<Record<string, string | null>>>(
  (given) =>
    isObject(given) &&
    Object.keys(given).length <= FIELDS_MAX &&
    Object.entries(given).every(
      ([name, value]) => isHeaderName(name) && (value === null || typeof value === "string"),
    ),
  `must be an object of at most ${FIELDS_MAX} header fields, with texts, or null for what is taken off`,
);
const query = v.pipe(
  v.string("must be a text"),
  v.maxLength(QUERY_LENGTH_MAX, `must be at most ${QUERY_LENGTH_MAX} characters`),
  v.regex(QUERY, "must be written as it stands in a URL"),
);

const requestSchema = object({
  headers: v.optional(values),
  path: v.optional(v.string("must be a text")),
  query: v.optional(query),
  respond: v.optional(fixedAnswer),
});

const isTransform = (given: unknown): boolean =>
  typeof given === "object" && given !== null && "readable" in given && "writable" in given;
const answerSchema = v.pipe(
  object({
    headers: v.optional(values),
    status: v.optional(integerBetween(200, 599)),
    body: v.optional(v.string("must be a text")),
    transform: v.optional(
      v.custom<NonNullable<AnswerChange["transform"]>>(isTransform, "must be a TransformStream"),
    ),
  }),
  v.check(
    ({ body, transform }) => body === undefined || transform === undefined,
    "must have a body or a transform, not both",
  ),
);

const NO_CHANGE: RequestOutcome = {
  kind: "change",
  change: { fields: NO_FIELDS, path: undefined, search: undefined },
};

/** A text says what is wrong. */
export function parseRequestChange(
  returned: unknown,
  rules: Parameters<typeof toCanonicalPath>[1],
): Result<RequestOutcome, string> {
  if (returned === undefined || returned === null) return ok(NO_CHANGE);
  const parsed = parseWith(requestSchema, returned);
  if (!parsed.ok) return err(toText(parsed.error));
  const { headers, path, query: text, respond } = parsed.value;
  if (respond !== undefined) {
    const refused = findAnswerProblems(Object.fromEntries(respond.fields), "respond.headers");
    return refused.length > 0 ? err(toText(refused)) : ok({ kind: "answer", answer: respond });
  }
  const fields = parseFields(headers, "request");
  if (!fields.ok) return fields;
  const canonical = path === undefined ? ok(undefined) : toForwardedPath(path, rules);
  if (!canonical.ok) return canonical;
  const search = text === undefined || text === "" ? text : `?${text}`;
  return ok({ kind: "change", change: { fields: fields.value, path: canonical.value, search } });
}

function toForwardedPath(path: string, rules: Parameters<typeof toCanonicalPath>[1]): Result<string, string> {
  if (!path.startsWith("/") || /[?#]/.test(path))
    return err("path: must begin with a slash, without a query");
  const canonical = toCanonicalPath(path, rules);
  return canonical.ok && /^[!-~]+$/.test(canonical.value)
    ? canonical
    : err("path: must be the path of a URL");
}

/** undefined: the answer passes as it is. */
export function parseAnswerChange(returned: unknown): Result<AnswerChange | undefined, string> {
  if (returned === undefined || returned === null) return ok(undefined);
  const parsed = parseWith(answerSchema, returned);
  if (!parsed.ok) return err(toText(parsed.error));
  const { headers, status, body, transform } = parsed.value;
  const fields = parseFields(headers, "answer");
  return fields.ok ? ok({ fields: fields.value, status, body, transform }) : fields;
}

function parseFields(
  given: Readonly<Record<string, string | null>> | undefined,
  side: "request" | "answer",
): Result<FieldChanges, string> {
  if (given === undefined) return ok(NO_FIELDS);
  const entries = Object.entries(given);
  const set = entries.filter((entry): entry is [string, string] => entry[1] !== null);
  const parsed = parseWith(fieldValues, Object.fromEntries(set), "headers");
  if (!parsed.ok) return err(toText(parsed.error));
  for (const [name, value] of entries) {
    const why = findRefusal(name, { side, isSet: value !== null });
    if (why !== undefined) return err(`headers: must not name ${name}: ${why}`);
  }
  const toName = side === "request" ? foldName : (name: string): string => name.toLowerCase();
  return ok({
    set: set.map(([name, value]) => [name.toLowerCase(), value] as const),
    removed: entries.map(([name]) => toName(name)),
  });
}

/** Values may be secrets, and are in no message. */
function toText(problems: readonly { readonly path: string; readonly message: string }[]): string {
  return problems
    .slice(0, 3)
    .map(({ path, message }) => `${path}: ${message.split(", received ", 1)[0] ?? ""}`)
    .join("; ");
}
