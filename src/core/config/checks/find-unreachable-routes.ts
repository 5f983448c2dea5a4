// Routes that no request takes, since others before them take all of theirs; and methods and hosts of a route of which the
// same is true.

import type { RoutePattern } from "../../http/path-pattern.ts";
import { METHODS } from "../../http/methods.ts";
import { type HostRule, matchesHost, toHostTexts } from "../../routes/host-rule.ts";
import type { Route } from "../../routes/route.ts";
import { type ConfigCheck, type Finding, toProblem, toWarning } from "./finding.ts";

export const findUnreachableRoutes: ConfigCheck = ({ routes }) =>
  routes.flatMap((route, index) => {
    const before = routes.slice(0, index).filter((one) => takesAllPaths(one.pattern, route.pattern));
    return before.length === 0 ? [] : findOf(route, before);
  });

/** Requests of one method for the hosts of one entry, and the route before that takes them. */
interface Share {
  readonly method: string;
  /** As it is written; undefined: every host. */
  readonly host: string | undefined;
  readonly taker: Route | undefined;
}

function findOf(route: Route, before: readonly Route[]): readonly Finding[] {
  const shares = toHosts(route).flatMap((host) =>
    [...(route.methods ?? METHODS)].map((method): Share => {
      const taker = before.find((one) => takesMethod(one, method) && takesHost(one.hosts, host));
      return { method, host, taker };
    }),
  );
  const path = `routes.${route.index}`;
  if (shares.every(({ taker }) => taker !== undefined)) {
    const message = `no request gets here: ${toNames(shares)} before it and take${isOne(shares) ? "s" : ""} all of them; put the narrower route first`;
    return [toProblem(`${path}.path`, message)];
  }
  return [
    ...(route.methods === undefined ? [] : findTaken(shares, "method", `${path}.methods`)),
    ...(route.hosts === undefined ? [] : findTaken(shares, "host", `${path}.hosts`)),
  ];
}

/** The methods, or the hosts, that a route names in vain. */
function findTaken(shares: readonly Share[], by: "method" | "host", path: string): readonly Finding[] {
  return [...Map.groupBy(shares, (share) => share[by])]
    .filter(([, of]) => of.every(({ taker }) => taker !== undefined))
    .map(([name, of]) =>
      toWarning(
        path,
        `no ${name} request gets here: ${toNames(of)} before it and take${isOne(of) ? "s" : ""} them`,
      ),
    );
}

const toTakers = (shares: readonly Share[]): readonly Route[] => [
  ...new Set(shares.flatMap(({ taker }) => taker ?? [])),
];
const isOne = (shares: readonly Share[]): boolean => toTakers(shares).length === 1;

function toNames(shares: readonly Share[]): string {
  const names = toTakers(shares).map(({ index, name }) => `routes.${index} (${JSON.stringify(name)})`);
  return `${names.join(" and ")} ${names.length === 1 ? "stands" : "stand"}`;
}

/** A route for GET is one for HEAD too. */
function takesMethod({ methods }: Route, method: string): boolean {
  return methods === undefined || methods.has(method) || (method === "HEAD" && methods.has("GET"));
}

function toHosts({ hosts }: Route): readonly (string | undefined)[] {
  return hosts === undefined ? [undefined] : toHostTexts(hosts);
}

function takesHost(before: HostRule | undefined, host: string | undefined): boolean {
  if (before === undefined) return true;
  if (host === undefined) return false;
  if (!host.startsWith("*")) return matchesHost(before, host);
  return before.suffixes.some((suffix) => host.endsWith(suffix));
}

function takesAllPaths(before: RoutePattern, pattern: RoutePattern): boolean {
  if (pattern.isOpen && !before.isOpen) return false;
  const { length } = before.segments;
  if (before.isOpen ? pattern.segments.length < length : pattern.segments.length !== length) return false;
  return before.segments.every((segment, at) => segment === undefined || segment === pattern.segments[at]);
}
