// Says who answers a request that is a browser's preflight: the gateway by its configuration, the origin of the route that
// the request after it will take, or nobody, and then it is a request like any other.

import type { Config } from "../../core/config/config.ts";
import { type Preflight, readPreflight } from "../../core/cors/cors-fields.ts";
import { type CorsSettings, findSettings } from "../../core/cors/cors-settings.ts";
import { matchRoute } from "../../core/routes/match-route.ts";
import type { Route } from "../../core/routes/route.ts";
import type { ReadRequest } from "../request/read-request.ts";

export type AskedPreflight =
  | {
      readonly by: "gateway";
      readonly preflight: Preflight;
      readonly cors: CorsSettings;
      /** The route of the request that the page wants to send, where there is one. */
      readonly route: Route | undefined;
    }
  | { readonly by: "origin"; readonly route: Route };

export function findPreflight(
  read: ReadRequest,
  { cors: common, routes }: Config,
): AskedPreflight | undefined {
  const preflight = readPreflight(read);
  // No browser sends content with one.
  if (preflight === undefined || read.request.body !== null) return undefined;
  const { host, path } = read;
  const route = matchRoute(routes, { method: preflight.method, host, path });
  const rule = route === undefined ? common : route.cors;
  const cors = findSettings(rule);
  const hasOrigin = rule !== "none" && route !== undefined && leadsToOrigin(route);
  if (cors !== undefined && (cors.preflight === "answer" || !hasOrigin))
    return { by: "gateway", preflight, cors, route };
  return hasOrigin ? { by: "origin", route } : undefined;
}

/** Not where the gateway answers by itself. */
function leadsToOrigin({ aggregate, respond, webhook }: Route): boolean {
  return [aggregate, respond, webhook].every((own) => own === undefined);
}
