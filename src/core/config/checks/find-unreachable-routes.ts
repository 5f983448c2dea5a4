// Routes that no request takes, since another one before them takes all of theirs.

import type { RoutePattern } from "../../http/path-pattern.ts";
import type { Route } from "../../routes/route.ts";
import { type ConfigCheck, toProblem } from "./finding.ts";

export const findUnreachableRoutes: ConfigCheck = ({ routes }) =>
  routes.flatMap((route, index) => {
    const before = routes.slice(0, index).find((one) => takesAllOf(one, route));
    if (before === undefined) return [];
    const message = `no request gets here: routes.${before.index} (${JSON.stringify(before.name)}) stands before it and takes all of them; put the narrower route first`;
    return [toProblem(`routes.${index}.path`, message)];
  });

function takesAllOf(before: Route, route: Route): boolean {
  return (
    takesAllMethods(before.methods, route.methods) &&
    takesAllHosts(before.hosts, route.hosts) &&
    takesAllPaths(before.pattern, route.pattern)
  );
}

/** A route for GET is one for HEAD too. */
function takesAllMethods(before: ReadonlySet<string> | undefined, methods: Route["methods"]): boolean {
  if (before === undefined) return true;
  if (methods === undefined) return false;
  return [...methods].every((method) => before.has(method) || (method === "HEAD" && before.has("GET")));
}

function takesAllHosts(before: ReadonlySet<string> | undefined, hosts: Route["hosts"]): boolean {
  return before === undefined || (hosts !== undefined && [...hosts].every((host) => before.has(host)));
}

function takesAllPaths(before: RoutePattern, pattern: RoutePattern): boolean {
  if (pattern.isOpen && !before.isOpen) return false;
  const { length } = before.segments;
  if (before.isOpen ? pattern.segments.length < length : pattern.segments.length !== length) return false;
  return before.segments.every((segment, at) => segment === undefined || segment === pattern.segments[at]);
}
