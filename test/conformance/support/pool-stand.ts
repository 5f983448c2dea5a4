// The stand of the origin pools' tests: some origins and one gateway in front of them.

import { afterAll } from "vitest";
import { send, type Reply } from "./client.ts";
import { startGateway, toConfigSource, type Gateway, type GatewayOptions } from "./gateway.ts";
import { startOrigin, type Origin } from "./origin.ts";

export interface PoolStand {
  readonly origins: readonly Origin[];
  readonly gateway: Gateway;
  /** How many requests for a path (without its query) each origin has seen. */
  readonly counts: (path?: string) => readonly number[];
  /** The answers to so many GETs, one after the other. */
  readonly sendTimes: (times: number, path: string) => Promise<readonly Reply[]>;
}

type Options = Readonly<Record<string, unknown>>;

/** `toConfig` gets the origins' URLs. */
export async function startPoolStand(
  count: number,
  toConfig: (urls: readonly string[]) => Options,
  options: Omit<GatewayOptions, "config"> = {},
): Promise<PoolStand> {
  const origins = await Promise.all(Array.from({ length: count }, () => startOrigin()));
  for (const [at, origin] of origins.entries()) {
    afterAll(origin.close);
    origin.serve("*", { body: `origin ${at}` });
  }
  const config = { policies: {}, routes: [{ path: "/*" }], ...toConfig(origins.map(({ url }) => url)) };
  const gateway = await startGateway({ config: toConfigSource(config), ...options });
  afterAll(gateway.close);
  return {
    origins,
    gateway,
    counts: (path) => origins.map((origin) => origin.requests(path).length),
    sendTimes: async (times, path) => {
      const replies: Reply[] = [];
      for (let time = 0; time < times; time += 1) replies.push(await send(gateway, path));
      return replies;
    },
  };
}

/** The events of this name that a gateway logged so far. */
export function readEvents(gateway: Gateway, event: string): readonly Readonly<Record<string, unknown>>[] {
  // workerd itself writes a line when a response is cut: no JSON.
  const lines = gateway
    .logs()
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  return lines.filter((line) => line["event"] === event);
}
