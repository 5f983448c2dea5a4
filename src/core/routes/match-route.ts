// Finds the route of a request: the first in the configuration's order that fits.

import type { Route } from "./route.ts";
import { matchesHost } from "./host-rule.ts";
import type { Facts } from "../keys/facts.ts";
import { matchesPattern } from "../http/path-pattern.ts";

/** The route; undefined when none fits. A route for GET is also one for HEAD, or HEAD would get around its limits. */
export function matchRoute(
  routes: readonly Route[],
  facts: Pick<Facts, "method" | "host" | "path">,
): Route | undefined {
  const method = facts.method === "HEAD" ? "GET" : facts.method;
  for (const route of routes) {
    if (route.methods !== undefined && !route.methods.has(method) && !route.methods.has(facts.method))
      continue;
    if (route.hosts !== undefined && !matchesHost(route.hosts, facts.host)) continue;
    if (matchesPattern(route.pattern, facts.path)) return route;
  }
  return undefined;
}
