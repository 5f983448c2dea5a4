// Says where a deployed cache keeps nothing: on workers.dev the Cache API has no effect, and wrangler.toml says whether the gateway
// has another address. Whether Cloudflare Access stands in front, where it has none either, cannot be seen from here.

import type { Config } from "../core/config/config.ts";
import { loadWrangler, readWrangler } from "./read-wrangler.ts";

/** What is read of wrangler.toml. */
export interface WrangledAddress {
  readonly workers_dev?: boolean | undefined;
  readonly route?: unknown;
  readonly routes?: readonly unknown[] | undefined;
}

/** One sentence; undefined where the cache works, or nothing is cached. `env` is the environment that is deployed. */
export function findVainCache(
  { routes }: Pick<Config, "routes">,
  env?: string,
  read: (env: string | undefined) => WrangledAddress = readAddress,
): string | undefined {
  const first = routes.find(({ cache }) => cache !== undefined);
  if (first === undefined) return undefined;
  const { workers_dev: isOnWorkersDev, route, routes: own = [] } = read(env);
  if (route !== undefined || own.length > 0 || isOnWorkersDev === false) return undefined;
  const where = env === undefined || env === "" ? "wrangler.toml" : `[env.${env}] of wrangler.toml`;
  return `the cache of routes.${first.index} has no effect on workers.dev, which is the only address that ${where} gives the gateway: there, and behind Cloudflare Access, Cloudflare's Cache API keeps nothing. Give it a domain of yours: routes = [{ pattern = "api.example.com", custom_domain = true }]`;
}

function readAddress(env: string | undefined): WrangledAddress {
  const named = env === undefined || env === "" ? {} : { env };
  return readWrangler(() =>
    loadWrangler().unstable_readConfig({ config: "wrangler.toml", ...named }, { hideWarnings: true }),
  );
}
