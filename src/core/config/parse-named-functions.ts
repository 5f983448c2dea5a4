// Reads the functions of a configuration, and finds names of others: wherever one may be named.

import type { OwnFunctions } from "../functions/own-function.ts";
import { listFunctionNames } from "../functions/function-values.ts";
import { findUnknownFunction, parseFunctions } from "../functions/parse-functions.ts";
import type { KeyPart } from "../keys/parse-key.ts";
import type { OriginPool } from "../origins/origin-pool.ts";
import { findCostFunction } from "../policies/route-cost.ts";
import type { Policy } from "../policies/policy.ts";
import type { Problem } from "../result.ts";
import type { Route } from "../routes/route.ts";

interface Naming {
  readonly policies: readonly Policy[];
  readonly pools: readonly OriginPool[];
  readonly routes: readonly Route[];
}

type Use = readonly [path: string, name: string | undefined];

interface Given {
  /** Those of the file that is deployed; undefined: this is one. */
  readonly deployed: OwnFunctions | undefined;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly pools: ReadonlyMap<string, OriginPool>;
  readonly routes: readonly Route[];
}

/** The functions that a configuration may name; problems of theirs, and of names that are none, are added to `problems`. */
export function parseNamedFunctions(
  { functions: given }: Readonly<Record<string, unknown>>,
  { deployed, policies, pools, routes }: Given,
  problems: Problem[],
): OwnFunctions {
  const functions = parseFunctions(given, deployed, problems);
  const uses = listFunctionUses({
    policies: [...policies.values()],
    pools: [...pools.values()],
    routes,
  });
  const others = uses.filter(([, name]) => name !== undefined && deployed?.has(name) !== true);
  problems.push(...others.flatMap(([path, name]) => findUnknownFunction(path, name, functions)));
  return functions;
}

/** Every place that may name one, with the name that stands there. */
export function listFunctionUses({ policies, pools, routes }: Naming): readonly Use[] {
  return [
    ...policies.flatMap(({ name, key, cost }) => [
      ...listKeyUses(`policies.${name}.key`, key),
      toCostUse(`policies.${name}`, cost),
    ]),
    ...pools.flatMap(({ name, affinity = [], outbound }) => [
      ...listKeyUses(`origins.${name}.affinity`, affinity),
      toCostUse(`origins.${name}`, outbound?.limited.cost),
    ]),
    ...routes.flatMap(({ index, cost, authenticate, requestFunction, answerFunction }): readonly Use[] => [
      toCostUse(`routes.${index}`, cost),
      [`routes.${index}.authenticate.function`, authenticate?.name],
      [`routes.${index}.request.function`, requestFunction],
      [`routes.${index}.response.function`, answerFunction],
    ]),
  ];
}

const toCostUse = (path: string, cost: unknown): Use => [`${path}.cost.function`, findCostFunction(cost)];

function listKeyUses(path: string, key: readonly KeyPart[]): readonly Use[] {
  return listFunctionNames(key.map(({ label }) => label)).map((name) => [path, name]);
}
