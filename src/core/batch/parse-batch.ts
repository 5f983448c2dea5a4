// unknown -> the members of a batch, or every problem at once. Sizes are checked before contents: all input is hostile.

import * as v from "valibot";
import { isObject, object, parseWith } from "../schema/parse-with.ts";
import { oneOf, textLike } from "../schema/primitives.ts";
import { foldName } from "../http/field-name.ts";
import { err, ok, type Problem, type Result } from "../result.ts";
import { countElements, findFields, isWithinDepth } from "../shape/json-text.ts";
import { toDependencyOrder } from "./dependency-order.ts";
import { maySetField } from "./member-fields.ts";

export interface BatchMember {
  readonly name: string | undefined;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: MemberBody | undefined;
  /** Places of the members that must have been answered well before. */
  readonly after: readonly number[];
}

export interface MemberBody {
  readonly encoding: "json" | "text" | "base64";
  readonly text: string;
}

export interface Batch {
  readonly members: readonly BatchMember[];
  /** Places of members: each after those that it waits for. */
  readonly order: readonly number[];
}

export interface BatchRules {
  readonly membersMax: number;
  /** Whether the batch request has a header field, by its folded name. */
  readonly isCarried: (name: string) => boolean;
  /** What is wrong with asking for a path that is well written. */
  readonly findPathProblem: (path: string) => string | undefined;
}

const FIELDS_MAX = 64;
const KEYS_MAX = 16;
const DEPENDENCIES_MAX = 49;
const DEPTH_MAX = 1_000;

const name = textLike(/^[!-~]{1,64}$/, "must be a name of 1 to 64 visible ASCII characters");
const memberSchema = v.pipe(
  v.custom((value) => isBounded(value, KEYS_MAX), "must be a request"),
  object({
    name: v.optional(name),
    method: v.optional(oneOf(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]), "GET"),
    path: textLike(
      /^\/[!"$-~]{0,16383}$/,
      'must be a path and query of at most 16384 visible ASCII characters without "#"',
    ),
    headers: v.optional(
      v.custom<Readonly<Record<string, string>>>(
        (value) => isBounded(value, FIELDS_MAX) && Object.entries(value).every(isField),
        `must be an object of at most ${FIELDS_MAX} header fields with text as values`,
      ),
      {},
    ),
    body: v.optional(v.unknown()),
    encoding: v.optional(oneOf(["json", "text", "base64"])),
    depends_on: v.optional(
      v.union(
        [name, v.pipe(v.array(name), v.maxLength(DEPENDENCIES_MAX))],
        "must be a name or a list of names",
      ),
      [],
    ),
  }),
);
type Given = v.InferOutput<typeof memberSchema>;

/** `text` is the batch as it came. */
export function parseBatch(text: string, rules: BatchRules): Result<Batch> {
  const { membersMax } = rules;
  // Looked at before it is read: a million tiny values would take long to read.
  const isSmall = countElements(text, membersMax) <= membersMax;
  const isReadable = isSmall && isWithinDepth(text, DEPTH_MAX);
  const input = isReadable ? parseText(text) : undefined;
  if (!Array.isArray(input) || input.length === 0) {
    const nesting = isSmall && !isReadable ? `, nested at most ${DEPTH_MAX} deep` : "";
    const message = `must be a JSON list of 1 to ${membersMax} requests${nesting}`;
    return err([{ path: "", code: "invalid", message }]);
  }
  const problems: Problem[] = [];
  const bodies = findFields(text, "body");
  const given = (input as readonly unknown[]).map((member, at) => {
    const parsed = parseWith(memberSchema, member, String(at));
    if (!parsed.ok) problems.push(...parsed.error);
    return parsed.ok ? parsed.value : undefined;
  });
  const names = given.map((member) => member?.name);
  const members = given.flatMap((member, at) =>
    member === undefined ? [] : [toMember(member, { at, names, bodyText: bodies[at], rules }, problems)],
  );
  if (problems.length > 0) return err(problems);
  const order = toDependencyOrder(members.map(({ after }) => after));
  if (order.ok) return ok({ members, order: order.value });
  const message = "must not form a circle";
  return err(order.error.map((at) => ({ path: `${at}.depends_on`, code: "invalid", message })));
}

interface MemberContext {
  readonly at: number;
  /** Of all members. */
  readonly names: readonly (string | undefined)[];
  /** The body as it is written: what is JSON goes on as it came, its numbers too. */
  readonly bodyText: string | undefined;
  readonly rules: BatchRules;
}

/** The member; what is wrong with it beside the others is added to `problems`. */
function toMember(
  given: Given,
  { at, names, bodyText = "", rules }: MemberContext,
  problems: Problem[],
): BatchMember {
  const { name: own, method, path, depends_on: others } = given;
  const report = (key: string, message: string | undefined): void => {
    if (message !== undefined) problems.push({ path: `${at}.${key}`, code: "invalid", message });
  };

  const isTaken = own !== undefined && names.indexOf(own) < at;
  if (isTaken) report("name", "must name each request once");

  report("path", rules.findPathProblem(path));

  const fields = Object.entries(given.headers).map(([field, value]) => [field.toLowerCase(), value] as const);
  for (const [field] of fields) {
    const folded = foldName(field);
    if (maySetField(folded, rules.isCarried(folded))) continue;
    report(`headers.${field}`, "must be left to the batch request and the gateway");
  }

  const body = toBody(given, bodyText);
  if (!body.ok) report("body", body.error);

  const after = [others].flat().map((other) => names.indexOf(other));
  if (after.includes(-1)) report("depends_on", "must name requests of this batch");

  return { name: own, method, path, fields, body: body.ok ? body.value : undefined, after };
}

/** The body, or what is wrong with it. Without an encoding, text is text and everything else JSON. */
function toBody({ method, body, encoding }: Given, text: string): Result<MemberBody | undefined, string> {
  if (body === undefined) return ok(undefined);
  if (method === "GET" || method === "HEAD") return err(`must not be with ${method}`);
  const known = encoding ?? (typeof body === "string" ? "text" : "json");
  if (known === "json") return ok({ encoding: known, text });
  if (typeof body !== "string") return err("must be text");
  return known === "text" || isBase64(body) ? ok({ encoding: known, text: body }) : err("must be base64");
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

/** What is no JSON is no list of requests either. */
function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isBounded(value: unknown, keysMax: number): value is Readonly<Record<string, unknown>> {
  return isObject(value) && Object.keys(value).length <= keysMax;
}

/** RFC 9110 sections 5.1 and 5.5. */
function isField([field, value]: [string, unknown]): boolean {
  return (
    /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(field) &&
    typeof value === "string" &&
    /^[\t -~]{0,8192}$/.test(value)
  );
}
