// The origin behind every contender: counts what reaches it. What reached it is what was admitted, whoever says so.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { OriginBehavior } from "../workloads/workload.ts";

const BODY = JSON.stringify({ id: 42, name: "headgate", tags: ["water", "gate"], open: true });
const TAG = '"42"';

export interface Origin {
  readonly url: string;
  /** What reached it since the last call. */
  readonly takeAdmitted: () => Admitted;
  readonly close: () => void;
}

/** Requests. */
export interface Admitted {
  readonly byAddress: ReadonlyMap<string, number>;
  /** Of them, those that were answered with 304. */
  readonly unmodified: number;
}

export async function startOrigin({ delayMs, cacheControl }: OriginBehavior): Promise<Origin> {
  let byAddress = new Map<string, number>();
  let unmodified = 0;
  const server = createServer(async ({ headers }, response) => {
    const address = String(headers["x-forwarded-for"] ?? headers["cf-connecting-ip"] ?? "");
    byAddress.set(address, (byAddress.get(address) ?? 0) + 1);
    const isUnmodified = headers["if-none-match"] === TAG;
    if (isUnmodified) unmodified += 1;
    if (delayMs > 0) await sleep(delayMs);
    response.statusCode = isUnmodified ? 304 : 200;
    response.setHeader("Cache-Control", cacheControl);
    response.setHeader("ETag", TAG);
    if (!isUnmodified) response.setHeader("Content-Type", "application/json");
    response.end(isUnmodified ? undefined : BODY);
  });
  // A contender keeps its connections between its turns.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takeAdmitted: () => {
      const taken = { byAddress, unmodified };
      byAddress = new Map();
      unmodified = 0;
      return taken;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
