// Policies that count by what can never be there: a consumer where nobody says who they are, a parameter that the path
// does not have, a claim of tokens that no issuer signs.

import { isMemberLabel } from "../../body/body-members.ts";
import type { KeyPart } from "../../keys/parse-key.ts";
import type { Policy } from "../../policies/policy.ts";
import type { Route } from "../../routes/route.ts";
import type { Config } from "../config.ts";
import { type ConfigCheck, type Finding, toProblem, toWarning } from "./finding.ts";

export const findMissingKeys: ConfigCheck = (config) => [
  ...config.routes.flatMap((route) => findOfRoute(route, config)),
  ...config.pools.flatMap((pool) => findOfPool(pool, config)),
  ...findOfBatch(config),
];

function findOfRoute(route: Route, config: Config): readonly Finding[] {
  return route.policies.flatMap((policy, index) => {
    const missing = findMissing(policy, route, config);
    if (missing === undefined) return [];
    const path = `routes.${route.index}.policies.${index}`;
    const report = isMeant(policy) ? toWarning : toProblem;
    return [report(path, `policy "${policy.name}" counts by ${missing}; ${CONSEQUENCES[policy.onMissing]}`)];
  });
}

/** What stands here for nothing, or for an address, may be meant so: other routes have the key. */
const isMeant = ({ onMissing }: Pick<Policy, "onMissing">): boolean =>
  onMissing === "skip" || onMissing === "ip";

const CONSEQUENCES: Readonly<Record<Policy["onMissing"], string>> = {
  shared: "all requests of this route would share one counter",
  deny: "every request of this route would be refused",
  skip: "it never applies on this route",
  ip: "every request of this route would count by its address",
};

const CALLS: Readonly<Record<Policy["onMissing"], string>> = {
  shared: "its calls share one counter",
  deny: "its calls are refused",
  skip: "it never applies",
  ip: "its calls count by their clients' addresses",
};

function findOfPool(pool: Config["pools"][number], config: Config): readonly Finding[] {
  const routes = config.routes.filter((route) => route.pool === pool);
  const policies = pool.outbound?.limited.policies ?? [];
  const found = policies.flatMap((policy, index) => {
    const without = routes.filter((route) => findMissing(policy, route, config) !== undefined);
    const [first] = without;
    if (first === undefined || (isMeant(policy) && without.length < routes.length)) return [];
    const missing = findMissing(policy, first, config) ?? "";
    const path = `origins.${pool.name}.policies.${index}`;
    const message = `policy "${policy.name}" counts by ${missing} (${JSON.stringify(first.name)}); ${CALLS[policy.onMissing]}`;
    return [without.length === routes.length ? toProblem(path, message) : toWarning(path, message)];
  });
  return [...found, ...findAffinity(pool, routes, config)];
}

/** A request without the key goes to any member, so a key that no route has does nothing. */
function findAffinity(
  { name, affinity }: Config["pools"][number],
  routes: readonly Route[],
  config: Config,
): readonly Finding[] {
  const [first] = routes;
  if (affinity === undefined || first === undefined) return [];
  if (!routes.every((route) => findMissing({ key: affinity }, route, config) !== undefined)) return [];
  const missing = findMissing({ key: affinity }, first, config) ?? "";
  return [toProblem(`origins.${name}.affinity`, `it is ${missing}; requests would go to any member`)];
}

/** Its credential is looked at with each of its requests, and its path has no parameters. */
const NOT_OF_A_BATCH: ReadonlySet<string> = new Set([
  "consumer",
  "api-key",
  "jwt",
  "param",
  "json",
  "form",
  "function",
]);

function findOfBatch({ batch }: Config): readonly Finding[] {
  return (batch?.limited.policies ?? []).flatMap(({ name, key, onMissing }, index) => {
    const part = key.find(({ label }) => NOT_OF_A_BATCH.has(label.split(":", 1)[0] ?? ""));
    if (part === undefined) return [];
    const report = isMeant({ onMissing }) ? toWarning : toProblem;
    const message = `policy "${name}" counts by "${part.label}", which only the requests in a batch have: count batches by "ip" or a header`;
    return [report(`batch.policies.${index}`, message)];
  });
}

/** The first part of a key that no request of the route has, in words. */
function findMissing({ key }: Pick<Policy, "key">, route: Route, config: Config): string | undefined {
  for (const part of key) {
    const missing = findMissingPart(part, route, config);
    if (missing !== undefined) return `"${part.label}", ${missing}`;
  }
  return undefined;
}

/** A body of a GET is nothing to an origin. */
export function hasBodies({ methods }: Pick<Route, "methods">): boolean {
  return methods === undefined || [...methods].some((method) => method !== "GET" && method !== "HEAD");
}

/** Why no request of the route has this part of a key, in words; undefined: one may. */
export function findMissingPart(
  { label, argument }: KeyPart,
  route: Route,
  { auth }: Config,
): string | undefined {
  const [name = ""] = label.split(":", 1);
  if (name === "param")
    return route.pattern.params.includes(argument) ? undefined : `and the path has no ":${argument}"`;
  if (isMemberLabel(label))
    return hasBodies(route) ? undefined : "and the route is for no method whose body is forwarded";
  if (name !== "consumer" && name !== "api-key" && name !== "jwt") return undefined;
  return findMissingCredential(name, route, auth.issuers);
}

function findMissingCredential(
  name: string,
  route: Route,
  issuers: Config["auth"]["issuers"],
): string | undefined {
  if (name !== "consumer" && route.authenticate !== undefined)
    return "and the route's function says who is calling, and no key or token";
  if (route.auth === "none") return 'and the route has no auth: add auth: "required" or "optional"';
  if (name === "jwt" && issuers.length === 0) return "and auth.issuers is empty: nobody has a token";
  return undefined;
}
