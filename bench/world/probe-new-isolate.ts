// Whether a new isolate knows what is in force: bans and a pushed configuration, the first request it ever sees. Being
// wrong fast is worth nothing.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Server } from "../contenders/contender.ts";
import { startCacheStore } from "../load/cache-store.ts";
import { startOrigin } from "../load/origin.ts";
import { startHeadgate, toPolicy } from "../servers/headgate.ts";
import type { Trips } from "../workers/put-far-away.ts";
import { AMPLE, PROMPT } from "../workloads/workload.ts";
import { ADMIN_TOKEN, banAddress, pushConfig } from "./administer.ts";
import type { Delays, Distance } from "./distances.ts";

export interface Probe {
  readonly what: string;
  readonly wanted: string;
  readonly seen: string;
  readonly trips: readonly Distance[];
}

const BANNED = "192.0.2.1";
const OTHER = "192.0.2.2";

export async function probeNewIsolates(options: {
  readonly folder: string;
  readonly pinned: readonly string[];
  readonly delays: Delays;
}): Promise<readonly Probe[]> {
  const folder = join(options.folder, "new-isolate");
  await mkdir(folder);
  const origin = await startOrigin(PROMPT);
  const cacheStore = await startCacheStore();
  const policies = { client: toPolicy(AMPLE) };
  const route = { path: "/*", policies: ["client"] } as const;
  const open = { policies, routes: [route] };
  const closed = { policies, auth: {}, routes: [{ ...route, auth: "required" }] };
  const stand = { originUrl: origin.url, cacheAddress: cacheStore.address, limit: AMPLE, ...options, folder };
  const server = await startHeadgate(stand, open, { ADMIN_TOKEN });
  let isolate: Pick<Server, "port" | "stop"> = server;
  const probe = async (what: string, address: string, wanted: string): Promise<Probe> => {
    await isolate.stop();
    isolate = (await server.renew?.()) ?? server;
    const seen = await readStatus(isolate.port, address);
    const trips = await fetch(`http://127.0.0.1:${isolate.port}/.bench/trips`);
    return { what, wanted, seen, trips: ((await trips.json()) as Trips).series };
  };
  const probes: Probe[] = [];
  probes.push(await probe("nothing was changed", OTHER, "200"));
  await banAddress(isolate.port, BANNED);
  probes.push(await probe("of an address that was banned", BANNED, "403"));
  await pushConfig(isolate.port, { origin: origin.url, ...closed });
  probes.push(await probe("without a key, after auth was pushed", OTHER, "401"));
  await isolate.stop();
  origin.close();
  cacheStore.close();
  return probes;
}

async function readStatus(port: number, address: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/items/1`, {
    headers: { "CF-Connecting-IP": address },
  });
  await response.body?.cancel();
  return String(response.status);
}
