// The stand of most test files: one origin and one gateway in front of it, for the whole file.

import { afterAll } from "vitest";
import { startGateway, toConfigSource, type Gateway, type GatewayOptions } from "./gateway.ts";
import { startOrigin, type Origin } from "./origin.ts";

export interface Stand {
  readonly origin: Origin;
  readonly gateway: Gateway;
}

/** `config` is a whole configuration; the origin goes in unless it names another. */
export async function startStand(
  config: Readonly<Record<string, unknown>>,
  options: Omit<GatewayOptions, "config"> = {},
): Promise<Stand> {
  const origin = await startOrigin();
  afterAll(origin.close);
  const gateway = await startGateway({
    config: toConfigSource({ origin: origin.url, ...config }),
    ...options,
  });
  afterAll(gateway.close);
  return { origin, gateway };
}
