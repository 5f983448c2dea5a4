// Reads the policies: what all have in common, then the options of each one's algorithm, which the registry checks.

import * as v from "valibot";
import type { Algorithm } from "../algorithms/algorithm.ts";
import { algorithms, type AlgorithmName } from "../algorithms/registry.ts";
import { parseKey } from "../keys/parse-key.ts";
import type { Problem } from "../result.ts";
import { policyBase } from "./config-schema.ts";
import type { Policy } from "./config.ts";
import { parseWith, toUnknownKeyMessage } from "./parse-with.ts";

const base = v.object(policyBase);

/** The policies by name; problems are added to `problems`. Limits and bursts are multiplied by `limitFactor`. */
export function parsePolicies(
  input: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  limitFactor: number,
  problems: Problem[],
): ReadonlyMap<string, Policy> {
  const policies = new Map<string, Policy>();
  for (const [name, options] of Object.entries(input)) {
    const policy = parsePolicy(name, scale(options, limitFactor), problems);
    if (policy !== undefined) policies.set(name, policy);
  }
  return policies;
}

function scale(
  options: Readonly<Record<string, unknown>>,
  factor: number,
): Readonly<Record<string, unknown>> {
  if (factor === 1) return options;
  const scaled: Record<string, unknown> = { ...options };
  for (const name of ["limit", "burst"]) {
    const value = scaled[name];
    if (typeof value === "number") scaled[name] = value * factor;
  }
  return scaled;
}

function parsePolicy(
  name: string,
  options: Readonly<Record<string, unknown>>,
  problems: Problem[],
): Policy | undefined {
  const path = `policies.${name}`;
  const found: Problem[] = [];
  const common = parseWith(base, options, path);
  if (!common.ok) found.push(...common.error.filter((problem) => problem.path !== `${path}.key`));
  const key = parseKey(options["key"], `${path}.key`);
  if (!key.ok) found.push(...key.error);
  const algorithm = findAlgorithm(options["algorithm"]);
  const settings = algorithm?.parseConfig(options);
  if (settings?.ok === false) {
    found.push(...settings.error.map((problem) => ({ ...problem, path: `${path}.${problem.path}` })));
  }
  if (algorithm !== undefined) found.push(...findUnknownKeys(path, options, algorithm.optionNames));
  problems.push(...found);
  if (!common.ok || !key.ok || settings === undefined || !settings.ok || found.length > 0) return undefined;
  const shown = settings.value as { readonly limit: number; readonly windowMs?: number };
  return Object.freeze({
    name,
    algorithm: common.value.algorithm as AlgorithmName,
    settings: Object.freeze(settings.value),
    limit: shown.limit,
    windowMs: shown.windowMs,
    key: key.value,
    onMissing: common.value.onMissing,
    onError: common.value.onError,
    timeoutMs: common.value.timeoutMs,
  });
}

function findAlgorithm(name: unknown): Algorithm<unknown, unknown> | undefined {
  if (typeof name !== "string" || !Object.hasOwn(algorithms, name)) return undefined;
  return algorithms[name as AlgorithmName] as Algorithm<unknown, unknown>;
}

function findUnknownKeys(
  path: string,
  options: Readonly<Record<string, unknown>>,
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
