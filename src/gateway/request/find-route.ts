// Finds the route of a request. The gateway's own paths have none, whatever the routes' patterns are.

import type { Config } from "../../core/config/config.ts";
import { matchRoute } from "../../core/routes/match-route.ts";
import type { Route } from "../../core/routes/route.ts";
import type { ReadRequest } from "./read-request.ts";

export function findRoute({ routes }: Config, read: ReadRequest): Route | undefined {
  return read.isOwn ? undefined : matchRoute(routes, read);
}
