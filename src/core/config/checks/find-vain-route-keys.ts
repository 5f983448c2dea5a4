// Keys of a route that change nothing, for lack of what they are about.

import { METHODS } from "../../http/methods.ts";
import type { Route } from "../../routes/route.ts";
import { listCostMembers } from "../../policies/route-cost.ts";
import { hasBodies } from "./find-missing-keys.ts";
import { type ConfigCheck, type Finding, toProblem, toWarning } from "./finding.ts";

export const findVainRouteKeys: ConfigCheck = ({ routes, auth }) =>
  routes.flatMap((route) => {
    const path = `routes.${route.index}`;
    return [
      ...findCost(route, path),
      ...findCache(route, path),
      ...findCacheCredential(route, path, auth.apiKeys.query),
      ...findCredential(route, path),
      ...findOriginCredential(route, path),
      ...findOutbound(route, path),
      ...findPrefix(route, path),
    ];
  });

function findCost({ cost, policies, methods }: Route, path: string): readonly Finding[] {
  if (policies.length === 0 && cost !== 1)
    return [toWarning(`${path}.cost`, "the route has no policies, so nothing is taken")];
  if (typeof cost !== "object") return [];
  const vainMethods = Object.keys(cost.methods ?? {})
    .filter((method) => methods !== undefined && !hasMethod(methods, method))
    .map((method) => toProblem(`${path}.cost.methods.${method}`, `the route is not for ${method}`));
  const [member] = hasBodies({ methods }) ? [] : listCostMembers(cost);
  if (member === undefined) return vainMethods;
  const message = "the route is for no method whose body is forwarded, so its requests have no such member";
  return [...vainMethods, toProblem(`${path}.cost.${member.split(":", 1)[0] ?? ""}`, message)];
}

/** A HEAD is asked for as a GET is. */
const hasMethod = (methods: ReadonlySet<string>, method: string): boolean =>
  methods.has(method) || (method === "HEAD" && methods.has("GET"));

function findCache({ cache, methods = new Set(METHODS) }: Route, path: string): readonly Finding[] {
  if (cache === undefined || methods.has("GET") || methods.has("HEAD")) return [];
  return [toWarning(`${path}.cache`, "only answers to GET are stored, and the route is not for GET")];
}

/** An API key's parameter is taken off before anything is looked up by it. */
function findCacheCredential(
  { cache, auth }: Route,
  path: string,
  name: string | undefined,
): readonly Finding[] {
  const credential = cache?.key.query.credential;
  if (credential === undefined || credential !== name || auth === "none") return [];
  const message = `"${credential}" is the gateway's own API key, which is no part of a key: name "authorization" in key.headers`;
  return [toProblem(`${path}.cache.key.query.credential`, message)];
}

function findCredential({ auth, forwardCredential }: Route, path: string): readonly Finding[] {
  if (!forwardCredential || auth !== "none") return [];
  return [
    toWarning(`${path}.forwardCredential`, "the route has no auth, so every field is forwarded anyway"),
  ];
}

function findOriginCredential(
  { credential, pool, auth, forwardCredential }: Route,
  path: string,
): readonly Finding[] {
  if (credential === undefined) return [];
  const isNobodys = pool !== undefined && pool.members.every((member) => member.credential !== undefined);
  if (isNobodys)
    return [toProblem(`${path}.credential`, "every member of the route's pool has a credential of its own")];
  const isInTheWay = auth !== "none" && forwardCredential && credential.header === "authorization";
  const message = "the route's own credential stands where the caller's would be forwarded";
  return isInTheWay ? [toWarning(`${path}.forwardCredential`, message)] : [];
}

function findOutbound({ priority, whenLimited, pool }: Route, path: string): readonly Finding[] {
  if (pool?.outbound !== undefined || pool?.feedback !== undefined) return [];
  const message = "the route leads to no pool with policies or feedback, so its calls never wait";
  const isRanked = priority === "normal" || pool?.adapt !== undefined;
  return [
    ...(isRanked ? [] : [toWarning(`${path}.priority`, message)]),
    ...(whenLimited === undefined ? [] : [toWarning(`${path}.whenLimited`, message)]),
  ];
}

/** Whether some path of the route begins with the prefix. Forwarded paths keep their case. */
function findPrefix({ stripPrefix, pattern }: Route, path: string): readonly Finding[] {
  if (stripPrefix === "") return [];
  const wanted = stripPrefix.slice(1).toLowerCase().split("/");
  const isThere = wanted.every((name, at) => {
    if (at >= pattern.segments.length) return pattern.isOpen;
    const segment = pattern.segments[at];
    return segment === undefined || segment.toLowerCase() === name;
  });
  if (isThere) return [];
  return [
    toProblem(
      `${path}.stripPrefix`,
      `no path of ${JSON.stringify(pattern.text)} begins with ${JSON.stringify(stripPrefix)}`,
    ),
  ];
}
