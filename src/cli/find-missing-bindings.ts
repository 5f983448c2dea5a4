// Which members of pools are reached by a binding that wrangler.toml does not have.

import type { Config } from "../core/config/config.ts";
import { findUnboundMembers, type MemberBinding } from "../core/origins/member-binding.ts";
import type { Problem } from "../core/result.ts";
import { loadWrangler, readWrangler } from "./read-wrangler.ts";

interface Named {
  readonly binding: string;
}

/** What is read of wrangler.toml. */
export interface WrangledOrigins {
  readonly services?: readonly Named[] | undefined;
  readonly assets?: { readonly binding?: string | undefined } | undefined;
  readonly vpc_services?: readonly Named[] | undefined;
  readonly vpc_networks?: readonly Named[] | undefined;
  readonly mtls_certificates?: readonly Named[] | undefined;
  readonly r2_buckets?: readonly Named[] | undefined;
}

/**
 * A warning for each, and for each other Worker: none runs here beside the gateway. wrangler.toml is read for a configuration
 * that has such members alone.
 */
export function findMissingBindings(
  { pools }: Pick<Config, "pools">,
  read = readTopLevel,
): readonly Problem[] {
  let known: WrangledOrigins | undefined;
  const isThere = (binding: MemberBinding): boolean => isBound(binding, (known ??= readWrangler(read)));
  const others = pools.flatMap(({ name, members }) =>
    members.flatMap(({ binding }, at) => {
      if (binding?.kind !== "service" || !isThere(binding)) return [];
      const message = `the Worker behind ${binding.name} does not run here: requests get a 503. npx wrangler dev -c wrangler.toml -c <its wrangler.toml> runs both`;
      return [{ path: `origins.${name}.members.${at}.service`, code: "missing-binding", message }];
    }),
  );
  return [...findUnboundMembers(pools, { isBound: isThere }), ...others];
}

/** Whether a deployment has the binding, in the table that is for its kind. */
export function isBound({ kind, name }: MemberBinding, wrangled: WrangledOrigins): boolean {
  const { services = [], assets, vpc_services: vpc = [], vpc_networks: networks = [] } = wrangled;
  const tables: Readonly<Record<MemberBinding["kind"], readonly (Named | undefined)[]>> = {
    service: services,
    assets: [assets?.binding === undefined ? undefined : { binding: assets.binding }],
    vpc: [...vpc, ...networks],
    certificate: wrangled.mtls_certificates ?? [],
    r2: wrangled.r2_buckets ?? [],
  };
  return tables[kind].some((table) => table?.binding === name);
}

function readTopLevel(): WrangledOrigins {
  return loadWrangler().unstable_readConfig({ config: "wrangler.toml" }, { hideWarnings: true });
}
