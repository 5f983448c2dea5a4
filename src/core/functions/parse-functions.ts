// Reads the configuration's `functions`. Code is only in a deployed file: a configuration that comes over the wire has a text
// where the file has a function, and uses the code that is deployed under that name.

import * as v from "valibot";
import { err, ok, type Problem, type Result } from "../result.ts";
import { listOf } from "../schema/list-of.ts";
import { isObject, object, parseWith, toInvalid } from "../schema/parse-with.ts";
import { durationBetween, NAME, NAME_WANTED, oneOf, textLike } from "../schema/primitives.ts";
import type { FunctionSettings, OwnFunction, OwnFunctions } from "./own-function.ts";

export const FUNCTIONS_MAX = 32;
const ENV_MAX = 16;

/** Stands for a function where a configuration is shown or sent. */
export const DEPLOYED_FUNCTION = "(a function of the deployed file)";

/** A binding's name. */
const BINDING = /^[A-Za-z_]\w{0,63}$/;
const RUN_WANTED = "must be a function";

const isFunction = (given: unknown): given is OwnFunction => typeof given === "function";

export const functionEntries = {
  run: v.custom<OwnFunction | string>(
    (given) => isFunction(given) || given === DEPLOYED_FUNCTION,
    RUN_WANTED,
  ),
  timeout: v.optional(durationBetween("1ms", "10s"), "50ms"),
  onFault: v.optional(oneOf(["refuse", "skip"])),
  env: v.optional(
    listOf(textLike(BINDING, "must be the name of a secret, a variable or a binding"), "name", {
      least: 0,
      most: ENV_MAX,
    }),
    [],
  ),
};
const functionSchema = object(functionEntries);

/** The functions by name, with those of `deployed` that the configuration leaves as they are; problems are added to `problems`. */
export function parseFunctions(
  input: unknown,
  deployed: OwnFunctions | undefined,
  problems: Problem[],
): OwnFunctions {
  const found = new Map<string, FunctionSettings>(deployed);
  for (const [name, given] of Object.entries(isObject(input) ? input : {})) {
    if (!NAME.test(name)) problems.push(toInvalid(`functions.${name}`, { wanted: NAME_WANTED, given: name }));
    const parsed = parseFunction(name, given, deployed);
    if (parsed.ok) found.set(name, parsed.value);
    else problems.push(...parsed.error);
  }
  return Object.freeze(found);
}

function parseFunction(
  name: string,
  given: unknown,
  deployed: OwnFunctions | undefined,
): Result<FunctionSettings> {
  const path = `functions.${name}`;
  const isBare = isFunction(given) || given === DEPLOYED_FUNCTION;
  const parsed = parseWith(functionSchema, isBare ? { run: given } : given, path);
  if (!parsed.ok) return parsed;
  const { run, timeout, onFault, env } = parsed.value;
  const known = deployed?.get(name);
  if (isBare && known !== undefined) return ok(known);
  const code = isFunction(run) ? run : known?.run;
  if (code === undefined) return err([toUnknown(path, name, deployed ?? new Map())]);
  return ok(Object.freeze({ name, run: code, timeoutMs: timeout, onFault, env }));
}

function toUnknown(path: string, name: string, known: OwnFunctions): Problem {
  const there = known.size === 0 ? "the deployed file has no functions" : `there are ${listNames(known)}`;
  const wanted = `must be a function of the deployed file (${there})`;
  return toInvalid(path, { wanted, given: name, code: "unknown-function", known: [...known.keys()] });
}

const listNames = (known: OwnFunctions): string => [...known.keys()].map((name) => `"${name}"`).join(", ");

/** A problem where a name is no function's, which says what there is. */
export function findUnknownFunction(
  path: string,
  name: string | undefined,
  known: OwnFunctions,
): readonly Problem[] {
  if (name === undefined || known.has(name)) return [];
  const there = known.size === 0 ? "there are none" : `there are ${listNames(known)}`;
  const wanted = `must name a function of \`functions\` (${there})`;
  return [toInvalid(path, { wanted, given: name, code: "unknown-function", known: [...known.keys()] })];
}
