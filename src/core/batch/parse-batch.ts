// unknown -> the members of a batch, or every problem at once. Sizes are looked at before contents: all input is hostile.

import * as v from "valibot";
import { isObject, object, parseWith } from "../schema/parse-with.ts";
import { oneOf, textLike } from "../schema/primitives.ts";
import { err, ok, type Problem, type Result } from "../result.ts";
import { countElements, findFields, isWithinDepth } from "../shape/json-text.ts";
import { toDependencyOrder } from "./dependency-order.ts";
import { isSettable } from "./member-fields.ts";

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
  /** Whether the batch request has a header field, by its lower-case name. */
  readonly isCarried: (name: string) => boolean;
  /** Whether a path is not the gateway's own, and names no credential. */
  readonly isAskable: (path: string) => boolean;
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
  const report = (path: string, message: string): void => {
    problems.push({ path, code: "invalid", message });
  };
  const bodies = findFields(text, "body");
  const given = (input as readonly unknown[]).map((member, at) => {
    const parsed = parseWith(memberSchema, member, String(at));
    if (!parsed.ok) problems.push(...parsed.error);
    return parsed.ok ? parsed.value : undefined;
  });
  const names = given.map((member) => member?.name);
  const members = given.flatMap((member, at) =>
    member === undefined ? [] : [toMember(member, { at, names, bodyText: bodies[at], rules }, report)],
  );
  if (problems.length > 0) return err(problems);
  const order = toDependencyOrder(members.map(({ after }) => after));
  if (order.ok) return ok({ members, order: order.value });
  for (const at of order.error) report(`${at}.depends_on`, "must not form a circle");
  return err(problems);
}

interface MemberContext {
  readonly at: number;
  /** Of all members. */
  readonly names: readonly (string | undefined)[];
  /** The body as it is written: what is JSON goes on as it came, its numbers too. */
  readonly bodyText: string | undefined;
  readonly rules: BatchRules;
}

function toMember(
  { name: called, method, path, headers, body: given, encoding, depends_on: others }: Given,
  { at, names, bodyText = "", rules }: MemberContext,
  report: (path: string, message: string) => void,
): BatchMember {
  if (called !== undefined && names.indexOf(called) < at) report(`${at}.name`, "must name each request once");
  if (!rules.isAskable(path))
    report(`${at}.path`, "must not be one of the gateway's own, or have a credential");
  const fields = Object.entries(headers).map(([field, value]) => [field.toLowerCase(), value] as const);
  for (const [field] of fields)
    if (!isSettable(field, rules.isCarried(field)))
      report(`${at}.headers.${field}`, "must be left to the batch request and the gateway");
  const body = toBody(given, bodyText, encoding);
  if (typeof body === "string") report(`${at}.body`, body);
  else if (body !== undefined && /^(?:GET|HEAD)$/.test(method))
    report(`${at}.body`, `must not be with ${method}`);
  const after = [others].flat().map((other) => names.indexOf(other));
  if (after.includes(-1)) report(`${at}.depends_on`, "must name requests of this batch");
  return { name: called, method, path, fields, body: typeof body === "string" ? undefined : body, after };
}

/** The body, or what is wrong with it. Without an encoding, text is text and everything else JSON. */
function toBody(
  body: unknown,
  text: string,
  encoding?: MemberBody["encoding"],
): MemberBody | string | undefined {
  if (body === undefined) return undefined;
  if (encoding === "json" || (encoding === undefined && typeof body !== "string"))
    return { encoding: "json", text };
  if (typeof body !== "string") return "must be text";
  const isBase64 = body.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(body);
  if (encoding === "base64" && !isBase64) return "must be base64";
  return { encoding: encoding ?? "text", text: body };
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
