// Runs a valibot schema and turns every issue into a Problem: where, what was wanted, what was given.

import * as v from "valibot";
import { err, ok, type Problem, type Result } from "../result.ts";
import { redactText } from "./redact-text.ts";
import { findNearest } from "./find-nearest.ts";

const GIVEN_LENGTH_MAX = 80;
/** A separator that no key of a schema has. */
const SEPARATOR = ", ";

/** Members whose values nobody repeats. */
const SECRETS: ReadonlySet<unknown> = new Set(["credential"]);
/** A long word of digits and of small and capital letters may be a credential that stands in the wrong place. */
const CREDENTIAL_LIKE = /(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{40,}/g;
/** Of such a word. */
const SHOWN_LENGTH = 11;

/** The given value as a problem's message shows it: short, quoted, never an object's content or a credential. */
export function showGiven(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return JSON.stringify(hideSecrets(value.slice(0, GIVEN_LENGTH_MAX)));
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  return `a ${typeof value}`;
}

function hideSecrets(text: string): string {
  return text.replaceAll(CREDENTIAL_LIKE, (word) => `${word.slice(0, SHOWN_LENGTH)}...`);
}

interface Mismatch {
  readonly wanted: string;
  readonly given: unknown;
  readonly code?: string;
  /** Names that may have been meant. */
  readonly known?: readonly string[];
}

/** The problem with a value: what was wanted, what was given, and the nearest known name where there is one. */
export function toInvalid(path: string, { wanted, given, code = "invalid", known = [] }: Mismatch): Problem {
  const [said = "", meant] = wanted.split(HINT);
  const hint = meant === undefined ? toHint(given, known) : `${HINT}${meant}`;
  // A problem is logged, and what was given may be a secret in a place where none belongs.
  const name = path.slice(path.lastIndexOf(".") + 1);
  const shown = typeof given === "string" ? redactText(given, name, () => "***") : given;
  return { path, code, message: `${said}, received ${showGiven(shown)}${hint}` };
}

const HINT = "; did you mean ";

/** What was wanted, with what was meant, where that is known: a message says it last. */
export function withHint(wanted: string, meant: string | undefined): string {
  return meant === undefined ? wanted : `${wanted}${HINT}"${meant}"?`;
}

/** The nearest known name, as a message ends with it; "" where none is near. */
export function toHint(given: unknown, known: readonly string[]): string {
  const nearest = typeof given === "string" ? findNearest(given, known) : undefined;
  return withHint("", nearest);
}

/** The message for an unknown key, with the nearest known one. */
export function toUnknownKeyMessage(key: string, known: readonly string[]): string {
  const nearest = findNearest(key, known);
  const hint =
    nearest === undefined ? `known keys are ${known.join(SEPARATOR)}` : `did you mean "${nearest}"?`;
  return `unknown key ${showGiven(key)}; ${hint}`;
}

/** Whether a value is what `{}` writes: no array, no Map, no Date. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return Object.prototype.toString.call(value) === "[object Object]";
}

/** A strict object whose unknown keys are refused by name, with the nearest known one. */
// The return type is valibot's own inference: writing it out would repeat the entries.
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- see above
export function object<const Entries extends v.ObjectEntries>(entries: Entries) {
  type Input = v.InferInput<v.StrictObjectSchema<Entries, undefined>>;
  // valibot names only the first unknown key: the message carries the known ones, and toProblems finds all others.
  const known = Object.keys(entries).join(SEPARATOR);
  return v.pipe(
    v.custom<Input>(isObject, "must be an object"),
    v.strictObject(entries, ({ expected }) => (expected === "never" ? known : "is required")),
  );
}

function toProblems(issue: v.BaseIssue<unknown>, rootPath: string): readonly Problem[] {
  const items = issue.path ?? [];
  const path = [...(rootPath === "" ? [] : [rootPath]), ...items.map(({ key }) => String(key))].join(".");
  const last = items.at(-1);
  if (last !== undefined && issue.type === "strict_object" && issue.expected === "never")
    return findUnknownOf(path.slice(0, -String(last.key).length), last, issue.message);
  if (isMissingKey(issue)) return [{ path, code: "missing", message: "is required" }];
  const wanted = issue.message.startsWith("Invalid")
    ? `must be a ${issue.expected ?? "value"}`
    : issue.message;
  const code = issue.input === undefined ? "missing" : "invalid";
  if (SECRETS.has(last?.key)) return [{ path, code, message: wanted }];
  return [toInvalid(path, { wanted, given: issue.input, code, known: toChoices(issue) })];
}

/** The words that a schema takes, where it takes nothing else. */
function toChoices({ type, expected }: v.BaseIssue<unknown>): readonly string[] {
  if (type !== "picklist") return [];
  return [...(expected ?? "").matchAll(/"([^"]*)"/g)].map(([, choice = ""]) => choice);
}

function findUnknownOf(prefix: string, item: v.IssuePathItem, carried: string): readonly Problem[] {
  // The key that valibot found may be an inherited one.
  const keys = new Set([String(item.key), ...Object.keys(item.input as object)]);
  return findUnknownKeys(prefix, [...keys], carried.split(SEPARATOR));
}

/** The problems of unknown keys. `prefix` is the parent's path with a dot, or empty. */
export function findUnknownKeys(
  prefix: string,
  keys: readonly string[],
  known: readonly string[],
): readonly Problem[] {
  return keys
    .filter((key) => !known.includes(key))
    .map((key) => ({
      path: prefix + key,
      code: "unknown-key",
      message: toUnknownKeyMessage(key, known),
    }));
}

/** Whether a key is missing: the issue then expects the key in quotes. Any other issue of an object is about all of it. */
function isMissingKey({ type, expected, input }: v.BaseIssue<unknown>): boolean {
  return (
    input === undefined && /^(?:strict_|loose_)?object$/.test(type) && expected?.startsWith('"') === true
  );
}

/** Parses with all problems reported, each once; `rootPath` is put before every problem's path. */
export function parseWith<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
  rootPath = "",
): Result<v.InferOutput<Schema>> {
  const parsed = v.safeParse(schema, input);
  if (parsed.success) return ok(parsed.output);
  const problems = new Map<string, Problem>();
  for (const problem of parsed.issues.flatMap((issue) => toProblems(issue, rootPath)))
    problems.set(`${problem.path}: ${problem.message}`, problem);
  return err([...problems.values()]);
}
