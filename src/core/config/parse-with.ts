// Runs a valibot schema and turns every issue into a Problem: where, what was wanted, what was given.

import * as v from "valibot";
import { err, ok, type Problem, type Result } from "../result.ts";
import { findNearest } from "./find-nearest.ts";

const GIVEN_LENGTH_MAX = 80;

/** What a problem's message shows of the value that was given: short, quoted, never an object's content. */
export function showGiven(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return JSON.stringify(value.slice(0, GIVEN_LENGTH_MAX));
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  return `a ${typeof value}`;
}

/** The message for a key that nobody knows, with the nearest one that somebody does. */
export function toUnknownKeyMessage(key: string, known: readonly string[]): string {
  const nearest = findNearest(key, known);
  const hint = nearest === undefined ? `known keys are ${known.join(", ")}` : `did you mean "${nearest}"?`;
  return `unknown key ${JSON.stringify(key.slice(0, GIVEN_LENGTH_MAX))}; ${hint}`;
}

/** A strict object whose unknown keys are refused by name, with the nearest known one. */
// The return type is valibot's own inference: writing it out would repeat the entries.
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- see above
export function object<const Entries extends v.ObjectEntries>(entries: Entries) {
  const known = Object.keys(entries);
  return v.strictObject(entries, (issue) => {
    if (issue.expected === "never") return toUnknownKeyMessage(String(issue.path?.at(-1)?.key), known);
    return issue.expected === "Object" ? "must be an object" : "is required";
  });
}

function toProblem(issue: v.BaseIssue<unknown>, rootPath: string): Problem {
  const keys = (issue.path ?? []).map((item) => String(item.key));
  const path = [...(rootPath === "" ? [] : [rootPath]), ...keys].join(".");
  const isUnknownKey = issue.type === "strict_object" && issue.expected === "never";
  if (isUnknownKey) return { path, code: "unknown-key", message: issue.message };
  const isMissing = issue.input === undefined;
  const wanted = issue.message.startsWith("Invalid") ? `must be ${issue.expected ?? "valid"}` : issue.message;
  const message =
    isMissing && wanted === "is required" ? wanted : `${wanted}, received ${showGiven(issue.input)}`;
  return { path, code: isMissing ? "missing" : "invalid", message };
}

/** Parses with all problems reported; `rootPath` is put before every problem's path. */
export function parseWith<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
  rootPath = "",
): Result<v.InferOutput<Schema>> {
  const parsed = v.safeParse(schema, input);
  if (parsed.success) return ok(parsed.output);
  return err(parsed.issues.map((issue) => toProblem(issue, rootPath)));
}
