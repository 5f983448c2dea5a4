// unknown -> the members of a batch, or every problem at once. Sizes are looked at before contents: all input is hostile.

import * as v from "valibot";
import { isObject, object, parseWith } from "../config/parse-with.ts";
import { oneOf } from "../config/primitives.ts";
import { err, ok, type Problem, type Result } from "../result.ts";
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
  /** Whether a path is the gateway's own, or names a credential: words for what is wrong with it. */
  readonly findPathProblem: (path: string) => string | undefined;
}

const PATH_LENGTH_MAX = 16_384;
const FIELDS_MAX = 64;
const KEYS_MAX = 16;

const NAME_WANTED = "must be a name of 1 to 64 visible ASCII characters";
const name = v.pipe(v.string(NAME_WANTED), v.regex(/^[!-~]{1,64}$/, NAME_WANTED));
const PATH_WANTED = `must be a path and query of at most ${PATH_LENGTH_MAX} visible ASCII characters without "#"`;
const path = v.pipe(
  v.string(PATH_WANTED),
  v.maxLength(PATH_LENGTH_MAX, PATH_WANTED),
  v.regex(/^\/[!"$-~]*$/, PATH_WANTED),
);
const NAMES_WANTED = "must be a name or a list of names";
const FIELDS_WANTED = `must be an object of at most ${FIELDS_MAX} header fields with text as values`;
const memberSchema = v.pipe(
  v.custom((value) => isBounded(value, KEYS_MAX), "must be a request"),
  object({
    name: v.optional(name),
    method: v.optional(oneOf(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]), "GET"),
    path,
    headers: v.optional(
      v.pipe(
        v.custom<Readonly<Record<string, string>>>(
          (value) => isBounded(value, FIELDS_MAX) && Object.entries(value).every(isField),
          FIELDS_WANTED,
        ),
      ),
      {},
    ),
    body: v.optional(v.unknown()),
    encoding: v.optional(oneOf(["json", "text", "base64"])),
    depends_on: v.optional(
      v.union(
        [
          v.pipe(
            name,
            v.transform((one) => [one]),
          ),
          v.pipe(v.array(name), v.maxLength(49)),
        ],
        NAMES_WANTED,
      ),
      [],
    ),
  }),
);
type Given = v.InferOutput<typeof memberSchema>;

export function parseBatch(input: unknown, rules: BatchRules): Result<Batch> {
  const { membersMax } = rules;
  if (!Array.isArray(input) || input.length === 0 || input.length > membersMax) {
    const message = `must be a list of 1 to ${membersMax} requests`;
    return err([{ path: "", code: "invalid", message }]);
  }
  const problems: Problem[] = [];
  const given = (input as readonly unknown[]).map((member, at) => {
    const parsed = parseWith(memberSchema, member, String(at));
    if (!parsed.ok) problems.push(...parsed.error);
    return parsed.ok ? parsed.value : undefined;
  });
  const places = toPlaces(given, problems);
  const members = given.flatMap((member, at) =>
    member === undefined ? [] : [toMember(member, { at, places, rules }, problems)],
  );
  if (problems.length > 0) return err(problems);
  const order = toDependencyOrder(members.map(({ after }) => after));
  if (order.ok) return ok({ members, order: order.value });
  return err(
    order.error.map((at) => ({
      path: `${at}.depends_on`,
      code: "invalid",
      message: "must not form a circle",
    })),
  );
}

type Places = ReadonlyMap<string, number>;

function toPlaces(given: readonly (Given | undefined)[], problems: Problem[]): Places {
  const places = new Map<string, number>();
  for (const [at, member] of given.entries()) {
    if (member?.name === undefined) continue;
    if (places.has(member.name))
      problems.push({ path: `${at}.name`, code: "duplicate", message: "must name each request once" });
    places.set(member.name, at);
  }
  return places;
}

function toMember(
  { name: called, method, path: asked, headers, body, encoding, depends_on: names }: Given,
  { at, places, rules }: { readonly at: number; readonly places: Places; readonly rules: BatchRules },
  problems: Problem[],
): BatchMember {
  const report = (key: string, message: string): void => {
    problems.push({ path: `${at}.${key}`, code: "invalid", message });
  };
  const pathProblem = rules.findPathProblem(asked);
  if (pathProblem !== undefined) report("path", pathProblem);
  const fields = Object.entries(headers).map(([field, value]) => [field.toLowerCase(), value] as const);
  for (const [field] of fields)
    if (!isSettable(field, rules.isCarried(field)))
      report(`headers.${field}`, "must be left to the batch request and the gateway");
  if (body !== undefined && (method === "GET" || method === "HEAD"))
    report("body", `must not be with ${method}`);
  const content = toBody(body, encoding);
  if (typeof content === "string") report("body", content);
  const after = names.flatMap((known) => places.get(known) ?? []);
  if (after.length < names.length) report("depends_on", "must name requests of this batch");
  const read = typeof content === "string" ? undefined : content;
  return { name: called, method, path: asked, fields, body: read, after };
}

/** The body, or what is wrong with it. Without an encoding, text is text and everything else JSON. */
function toBody(body: unknown, encoding: Given["encoding"]): MemberBody | string | undefined {
  if (body === undefined) return undefined;
  if (encoding === "json" || (encoding === undefined && typeof body !== "string")) {
    const text = toJson(body);
    return text === undefined ? "must be nested less" : { encoding: "json", text };
  }
  if (typeof body !== "string") return "must be text";
  if (encoding !== "base64") return { encoding: "text", text: body };
  const isBase64 = /^[A-Za-z0-9+/]*={0,2}$/.test(body) && body.length % 4 === 0;
  return isBase64 ? { encoding, text: body } : "must be base64";
}

function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
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
