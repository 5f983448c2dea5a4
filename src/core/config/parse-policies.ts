// Reads the policies: what all have in common, then the options of each one's algorithm, which the registry checks.

import * as v from "valibot";
import type { Algorithm } from "../algorithms/algorithm.ts";
import { algorithms, type AlgorithmName } from "../algorithms/registry.ts";
import { type KeyPart, parseKey } from "../keys/parse-key.ts";
import { err, type Problem, type Result } from "../result.ts";
import { NAME, NAME_WANTED, policyBase } from "./config-schema.ts";
import type { Policy } from "./config.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { isObject, parseWith, showGiven, toUnknownKeyMessage } from "./parse-with.ts";

const base = v.object(policyBase);

/** The policies by name; problems are added to `problems`. Limits and bursts are multiplied by `limitFactor`. */
export function parsePolicies(
  input: Readonly<Record<string, unknown>>,
  limitFactor: number,
  problems: Problem[],
): ReadonlyMap<string, Policy> {
  const policies = new Map<string, Policy>();
  for (const [name, options] of Object.entries(input)) {
    const path = `policies.${name}`;
    const isNamed = NAME.test(name);
    if (!isNamed)
      problems.push({ path, code: "invalid", message: `${NAME_WANTED}, received ${showGiven(name)}` });
    if (!isObject(options)) {
      problems.push({ path, code: "invalid", message: `must be an object, received ${showGiven(options)}` });
      continue;
    }
    const policy = parsePolicy({ name, options, limitFactor }, problems);
    if (policy !== undefined && isNamed) policies.set(name, policy);
  }
  return policies;
}

interface PolicyGiven {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly limitFactor: number;
}

function parsePolicy({ name, options, limitFactor }: PolicyGiven, problems: Problem[]): Policy | undefined {
  const path = `policies.${name}`;
  const found: Problem[] = [];
  const common = parseWith(base, options, path);
  if (!common.ok) found.push(...common.error.filter((problem) => problem.path !== `${path}.key`));
  const key = parseKey(options["key"], `${path}.key`);
  if (!key.ok) found.push(...key.error);
  const algorithm = findAlgorithm(options["algorithm"]);
  const settings = algorithm === undefined ? undefined : parseSettings(algorithm, options, limitFactor);
  if (settings?.ok === false) {
    found.push(...settings.error.map((problem) => ({ ...problem, path: `${path}.${problem.path}` })));
  }
  if (algorithm !== undefined) found.push(...findUnknownKeys(path, options, algorithm.optionNames));
  problems.push(...found);
  if (!common.ok || !key.ok || settings === undefined || !settings.ok || found.length > 0) return undefined;
  const written = scale(pickOptions(options, algorithm), limitFactor);
  return toPolicy(name, common.value, { settings: settings.value, options: written, key: key.value });
}

function toPolicy(
  name: string,
  { algorithm, mode, enforcePercent, onMissing, onError, timeoutMs, settle, ban }: v.InferOutput<typeof base>,
  { settings, options, key }: Pick<Policy, "settings" | "options"> & { readonly key: readonly KeyPart[] },
): Policy {
  const shown = settings as { readonly limit: number; readonly windowMs?: number };
  return deepFreeze({
    name,
    algorithm: algorithm as AlgorithmName,
    settings,
    options,
    limit: shown.limit,
    windowMs: shown.windowMs,
    key,
    onMissing,
    onError,
    timeoutMs,
    enforcePercent: mode === "shadow" ? 0 : enforcePercent,
    settle,
    ban,
  });
}

/** What is written must be right by itself, and also after multiplying. */
function parseSettings(
  algorithm: Algorithm<unknown, unknown>,
  options: PolicyGiven["options"],
  limitFactor: number,
): Result<unknown> {
  const written = algorithm.parseConfig(options);
  if (!written.ok || limitFactor === 1) return written;
  const scaled = algorithm.parseConfig(scale(options, limitFactor));
  if (scaled.ok) return scaled;
  const toProblem = ({ path, code, message }: Problem): Problem => ({
    path,
    code,
    message: `${message} after LIMIT_FACTOR ${limitFactor}`,
  });
  return err(scaled.error.map(toProblem));
}

function scale(options: PolicyGiven["options"], factor: number): PolicyGiven["options"] {
  const scaled: Record<string, unknown> = { ...options };
  for (const name of ["limit", "burst"]) {
    const value = scaled[name];
    if (typeof value === "number") scaled[name] = value * factor;
  }
  return scaled;
}

function pickOptions(
  options: PolicyGiven["options"],
  algorithm: Algorithm<unknown, unknown> | undefined,
): PolicyGiven["options"] {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => algorithm?.optionNames.includes(name)),
  );
}

function findAlgorithm(name: unknown): Algorithm<unknown, unknown> | undefined {
  if (typeof name !== "string" || !Object.hasOwn(algorithms, name)) return undefined;
  return algorithms[name as AlgorithmName] as Algorithm<unknown, unknown>;
}

function findUnknownKeys(
  path: string,
  options: PolicyGiven["options"],
  optionNames: readonly string[],
): readonly Problem[] {
  const known = [...Object.keys(policyBase), ...optionNames];
  return Object.keys(options)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      path: `${path}.${key}`,
      code: "unknown-key",
      message: toUnknownKeyMessage(key, known),
    }));
}
