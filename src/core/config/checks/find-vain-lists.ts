// Access lists that let nobody in or keep nobody out, and entries of which that is true.

import type { AccessList, ClientList } from "../../access/access-list.ts";
import type { Config } from "../config.ts";
import { type ConfigCheck, type Finding, toProblem, toWarning } from "./finding.ts";

export const findVainLists: ConfigCheck = (config) =>
  listAccess(config).flatMap(([path, list]) => [findNobody(path, list), findInBoth(path, list)].flat());

function findNobody(path: string, { allow, deny }: AccessList): readonly Finding[] {
  const found: Finding[] = [];
  const message = "it names nobody, so every client would be refused; leave allow out to let all in";
  if (allow !== undefined && isEmpty(allow)) found.push(toProblem(`${path}.allow`, message));
  if (deny !== undefined && isEmpty(deny))
    found.push(toWarning(`${path}.deny`, "it names nobody, so it refuses nobody"));
  return found;
}

function listAccess({ access: own, routes }: Config): readonly (readonly [path: string, list: AccessList])[] {
  const ofRoutes = routes.flatMap(({ index, access }) =>
    // The gateway's own list is in every route's.
    access.filter((list) => list !== own).map((list) => [`routes.${index}.access`, list] as const),
  );
  return own === undefined ? ofRoutes : [["access", own], ...ofRoutes];
}

const isEmpty = ({ addresses, countries, asns, userAgents, asksOfBots }: ClientList): boolean =>
  addresses.isEmpty && countries.size + asns.size + userAgents.length === 0 && !asksOfBots;

/** What is denied is not let in, whatever allows it. */
function findInBoth(path: string, { allow, deny }: AccessList): readonly Finding[] {
  if (allow === undefined || deny === undefined) return [];
  const both = [
    ...[...allow.countries].filter((country) => deny.countries.has(country)),
    ...[...allow.asns].filter((asn) => deny.asns.has(asn)),
    ...deny.addresses.listCovered(allow.addresses),
  ];
  return both.map((entry) => toProblem(`${path}.allow`, `deny has ${entry} too, and goes first`));
}
