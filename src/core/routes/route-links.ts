// What a route's links are changed by: which members of answers have them, by which URLs its origins are asked, and what of
// the gateway's stands in them.

import { PROOF_PARAMETER, type UpstreamCredential } from "../origins/upstream-credential.ts";
import type { OriginPool } from "../origins/origin-pool.ts";
import type { Profile } from "../feedback/reading.ts";
import { profiles } from "../feedback/profiles/registry.ts";
import type { Problem } from "../result.ts";
import { type LinkRules, type LinksGiven, toLinkRules } from "../shape/link-rules.ts";

/** What is said of links, and changes none. */
export function findVainLinks(
  { links }: LinkingRoute,
  { pool, path }: { readonly pool: OriginPool | undefined; readonly path: string },
): readonly Problem[] {
  const isOff = links?.fields?.length === 0 && links.origins.length === 0;
  if (links === undefined || isOff || toRouteLinks({ links }, pool) !== undefined) return [];
  const message = "must name fields: no profile of the route's pool says which members have links";
  return [{ path: `${path}.links.fields`, code: "invalid", message }];
}

export interface RouteLinks extends LinkRules {
  /** Empty: the configuration's own origin alone. */
  readonly members: readonly { readonly base: string; readonly stripPrefix: string }[];
  /** Query parameters that have credentials of the gateway's. */
  readonly hidden: readonly string[];
}

interface LinkingRoute {
  readonly links?: LinksGiven | undefined;
  readonly credential?: UpstreamCredential | undefined;
}

/** undefined: links stay as they are. The profile of the pool says which, where the route does not. */
export function toRouteLinks(
  { links, credential }: LinkingRoute,
  pool: OriginPool | undefined,
): RouteLinks | undefined {
  const profile: Profile | undefined = pool?.feedback && profiles[pool.feedback.profile];
  const rules = toLinkRules(links, profile);
  if (rules === undefined) return undefined;
  const members = pool?.members ?? [];
  const credentials = [credential, ...members.map((member) => member.credential)];
  const hidden = credentials
    .flatMap((one) => [one?.query, one?.appSecret && PROOF_PARAMETER])
    .filter((name) => name !== undefined);
  return {
    ...rules,
    members: members.map(({ base, stripPrefix }) => ({ base, stripPrefix })),
    hidden: [...new Set(hidden)],
  };
}
