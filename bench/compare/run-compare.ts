// Every probe on every subject, three times, each on ports and folders of its own. Loads nothing but 127.0.0.1.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startCacheStore } from "../load/cache-store.ts";
import { findFreePort, runProcess, waitUntilItListens } from "../servers/run-process.ts";
import { type Cell, toWorst } from "./cell.ts";
import { type Probe, type Stand, toTried, type Tried } from "./probe.ts";
import type { Place, Rules, Running, Subject } from "./subject.ts";

export interface Compared {
  readonly subject: Subject;
  readonly cells: readonly { readonly probe: Probe; readonly cell: Cell }[];
}

export interface Plan {
  readonly subjects: readonly Subject[];
  readonly probes: readonly Probe[];
  readonly times: number;
  readonly onProgress: (text: string) => void;
}

export async function runCompare({
  subjects,
  probes,
  times,
  onProgress,
}: Plan): Promise<readonly Compared[]> {
  const folder = await mkdtemp(join(tmpdir(), "headgate-compare-"));
  const cache = await startCacheStore();
  try {
    const compared: Compared[] = [];
    for (const subject of subjects) {
      const cells = [];
      for (const probe of probes) {
        const run = { subject, folder, cacheAddress: cache.address };
        // At once: nothing is timed, and each has ports, an origin and a store of its own.
        const runs = await Promise.all(Array.from({ length: times }, () => runOnce(probe, run)));
        const cell = toWorst(runs);
        onProgress(`${subject.name} ${probe.name}: ${cell.text}`);
        cells.push({ probe, cell });
      }
      compared.push({ subject, cells });
    }
    return compared;
  } finally {
    cache.close();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Run extends Pick<Place, "cacheAddress" | "folder"> {
  readonly subject: Subject;
}

async function runOnce(probe: Probe, { subject, cacheAddress, folder }: Run): Promise<Cell> {
  const { originUrl, readInFlight, ...origin } = await startOrigin();
  const started: Pick<Running, "stop">[] = [origin];
  // What is restarted is another one: all of them are stopped.
  const watch = (running: Running): Running => {
    const watched = { ...running, restart: async (rules: Rules) => watch(await running.restart(rules)) };
    started.push(watched);
    return watched;
  };
  const start: Stand["start"] = async (rules, options = {}): Promise<Tried> => {
    const own = await mkdtemp(join(folder, `${subject.name}-`));
    return toTried(
      watch(await subject.start({ originUrl, cacheAddress, folder: own, ...options }, rules)),
      subject,
    );
  };
  try {
    return await probe.run({ subject, start, readInFlight });
  } finally {
    await Promise.all(started.map(({ stop }) => stop()));
  }
}

async function startOrigin(): Promise<{
  readonly originUrl: string;
  readonly readInFlight: () => Promise<number>;
  readonly stop: () => Promise<void>;
}> {
  const port = await findFreePort();
  const path = fileURLToPath(new URL("../peers/apps/express-origin.js", import.meta.url));
  const running = runProcess([process.execPath, path], {
    env: { NODE_ENV: "production", PORT: String(port) },
  });
  await waitUntilItListens(running, { host: "127.0.0.1", port }, path);
  const originUrl = `http://127.0.0.1:${port}`;
  const readInFlight = async (): Promise<number> =>
    Number(await (await fetch(`${originUrl}/in-flight`)).text());
  return { originUrl, readInFlight, stop: running.stop };
}
