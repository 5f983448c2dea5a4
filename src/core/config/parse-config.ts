// unknown -> one frozen, complete Config, or every problem at once. The start, the deploy and the Worker's first moment
// all go through here; nothing later checks again.

import { err, ok, type Problem, type Result } from "../result.ts";
import { configSchema } from "./config-schema.ts";
import type { Config } from "./config.ts";
import { parseOrigin } from "./parse-origin.ts";
import { parsePolicies } from "./parse-policies.ts";
import { parseRoutes } from "./parse-routes.ts";
import { parseWith, showGiven } from "./parse-with.ts";

/** What the deployment's variables say over the configuration file. "" and undefined say nothing. */
export interface ConfigVars {
  readonly ORIGIN_URL?: unknown;
  /** A whole number from 1 to 1,000: multiplies every limit and burst, as the sandbox environment does. */
  readonly LIMIT_FACTOR?: unknown;
}

const LIMIT_FACTOR_MAX = 1_000;

export function parseConfig(input: unknown, vars: ConfigVars = {}): Result<Config> {
  const problems: Problem[] = [];
  const parsed = parseWith(configSchema, input);
  if (!parsed.ok) problems.push(...parsed.error);
  // Policies and routes are read also when the rest has problems, so that all are reported at once.
  const given = (parsed.ok ? parsed.value : toObject(input)) as Readonly<Record<string, unknown>>;
  const origin = isSet(vars.ORIGIN_URL)
    ? parseOrigin(vars.ORIGIN_URL, "vars.ORIGIN_URL")
    : parseOrigin(given["origin"]);
  if (!origin.ok) problems.push(...origin.error.filter(({ path }) => parsed.ok || !hasPath(problems, path)));
  const limitFactor = parseLimitFactor(vars.LIMIT_FACTOR, problems);
  const caseSensitive = given["caseSensitive"] === true;
  const rawPolicies = toPolicyObjects(given["policies"]);
  const policies = parsePolicies(rawPolicies, limitFactor, problems);
  const rawRoutes = Array.isArray(given["routes"]) ? (given["routes"] as readonly unknown[]) : [];
  const routes = parseRoutes(
    rawRoutes,
    { policyNames: Object.keys(rawPolicies), policies, caseSensitive },
    problems,
  );
  if (!parsed.ok || !origin.ok || problems.length > 0) return err(problems);
  const { name, encodedSlash, headers, headerBytesMax, log, counters } = parsed.value;
  return ok(
    Object.freeze({
      origin: origin.value,
      name,
      caseSensitive,
      encodedSlash: encodedSlash,
      headers: Object.freeze(headers),
      headerBytesMax,
      log: Object.freeze(log),
      counters: Object.freeze(counters),
      policies: Object.freeze([...policies.values()]),
      routes,
    }),
  );
}

function parseLimitFactor(value: unknown, problems: Problem[]): number {
  if (!isSet(value)) return 1;
  const factor = typeof value === "string" && /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (factor >= 1 && factor <= LIMIT_FACTOR_MAX) return factor;
  const message = `must be a whole number from 1 to ${LIMIT_FACTOR_MAX}, received ${showGiven(value)}`;
  problems.push({ path: "vars.LIMIT_FACTOR", code: "invalid", message });
  return 1;
}

const isSet = (value: unknown): boolean => value !== undefined && value !== "";
const hasPath = (problems: readonly Problem[], path: string): boolean =>
  problems.some((problem) => problem.path === path);

function toObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function toPolicyObjects(value: unknown): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const entries = Object.entries(toObject(value)).filter(
    ([, options]) => typeof options === "object" && options !== null,
  );
  return Object.fromEntries(entries) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
