// A route's `respond`: the answer that stands in the configuration, in place of an origin's. Callers of the route are let in
// and counted as on every other one.

import * as v from "valibot";
import type { Problem } from "../result.ts";
import { isObject, object } from "../schema/parse-with.ts";
import { integerBetween } from "../schema/primitives.ts";
import { fieldValues, findAnswerProblems } from "../shape/field-changes.ts";

const BODY_LENGTH_MAX = 65_536;
const TEXT = "text/plain; charset=utf-8";
const JSON_TYPE = "application/json";

/** Answers without content (RFC 9110 section 6.4.1). */
const WITHOUT_CONTENT: ReadonlySet<number> = new Set([204, 205]);
/** Answers to conditions and ranges, which a text in a configuration meets none of. */
const OF_REQUESTS: ReadonlySet<number> = new Set([206, 304]);

const BODY_WANTED = `must be a text, or an object or a list to answer as JSON, of at most ${BODY_LENGTH_MAX} characters`;
const body = v.custom<string | object>(
  (given) =>
    (typeof given === "string" || isObject(given) || Array.isArray(given)) &&
    toText(given).length <= BODY_LENGTH_MAX,
  BODY_WANTED,
);

const written = object({
  status: v.optional(integerBetween(200, 599), 200),
  headers: v.optional(fieldValues, {}),
  body: v.optional(body),
});

export const fixedAnswer = v.pipe(written, v.transform(toFixedAnswer));

export interface FixedAnswer {
  readonly status: number;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string | null;
}

function toFixedAnswer({ status, headers, body: given }: v.InferOutput<typeof written>): FixedAnswer {
  const fields = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  if (given === undefined) return { status, fields, body: null };
  const isTyped = fields.some(([name]) => name === "content-type");
  const type = typeof given === "string" ? TEXT : JSON_TYPE;
  return { status, fields: isTyped ? fields : [...fields, ["content-type", type]], body: toText(given) };
}

/** "" for what no JSON can say: its caller refuses it. */
function toText(given: string | object): string {
  return typeof given === "string" ? given : JSON.stringify(given);
}

/** Keys of a route that do nothing where no origin is asked. */
const VAIN_KEYS = [
  "cache",
  "origin",
  "credential",
  "priority",
  "whenLimited",
  "timeout",
  "bodyTimeout",
  "totalTimeout",
  "bodyBytesMax",
  "forwardCredential",
  "links",
  "aggregate",
  "onPartial",
  "stripPrefix",
  "fields",
  "request",
  "response",
  "webhook",
  "handOver",
] as const;

/** What a fixed answer cannot be with, or be. `given` is the route as it was written. */
export function findFixedProblems(answer: FixedAnswer, given: object, at: string): readonly Problem[] {
  const { status, fields, body: text } = answer;
  const add = (key: string, message: string): Problem => ({ path: `${at}.${key}`, code: "invalid", message });
  const vain = VAIN_KEYS.filter((key) => Object.hasOwn(given, key)).map((key) =>
    add(key, "can have no effect beside respond, which no origin answers"),
  );
  const statuses = OF_REQUESTS.has(status)
    ? [add("respond.status", `cannot be ${status}, which answers conditions and ranges of requests`)]
    : [];
  const bodies =
    text !== null && WITHOUT_CONTENT.has(status)
      ? [add("respond.body", `can have no effect: an answer of status ${status} has no content`)]
      : [];
  return [
    ...vain,
    ...statuses,
    ...bodies,
    ...findAnswerProblems(Object.fromEntries(fields), `${at}.respond.headers`),
  ];
}
