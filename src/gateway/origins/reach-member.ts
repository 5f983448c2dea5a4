// How a member of a pool is reached: over the network, or by a binding of the deployment.

import { ZONE } from "../../core/origins/parse-origin.ts";
import type { Config } from "../../core/config/config.ts";
import type { PoolMember } from "../../core/origins/origin-pool.ts";
import { type Fetching, findFetcher } from "../../platform/fetcher.ts";

interface Reached {
  readonly config: Pick<Config, "origin">;
  readonly member?: PoolMember | undefined;
}

const overNetwork: Fetching = (input, init) => fetch(input, init);

/** undefined: by a binding that there is not. */
export function findWay({ member }: Reached): Fetching | undefined {
  return member?.binding === undefined ? overNetwork : findFetcher(member.binding);
}

/** Where an origin's connections are made; undefined where only the platform knows: a zone's, and those of bindings. */
export function toAuthority({ config: { origin }, member }: Reached): string | undefined {
  if (member === undefined && origin === ZONE) return undefined;
  if (member?.binding !== undefined) return undefined;
  const { protocol, hostname, port } = new URL(member?.base ?? origin);
  return `${member?.connectTo ?? hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
}
