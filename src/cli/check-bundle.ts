// Holds Headgate to its own size and start-up, which docs/decisions/0009-bounds-of-the-bundle.md decides. What a user's
// configuration adds is not counted: the bundle that is measured has the smallest one.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { buildWorker, readGzipBytes, toKib } from "./build-worker.ts";
import { CommandError } from "./command-error.ts";
import { measureStartUp } from "./measure-start-up.ts";

const BARE_CONFIG_PATH = fileURLToPath(new URL("bare.config.json", import.meta.url));
const BARE_WORKER_PATH = "dist/bare.cjs";

const GZIP_BYTES_MAX = 256 * 1_024;
/** Of the reference program's CPU time (decision 9). */
const START_UP_MAX = 1.8;

export interface Measured {
  readonly gzipBytes: number;
  /** As measureStartUp tells it. */
  readonly startUp: number;
}

/** Builds and measures Headgate alone. Says what it found; throws a CommandError where that is above a bound. */
export async function checkBundle(): Promise<string> {
  await buildWorker({ configPath: BARE_CONFIG_PATH, outFile: BARE_WORKER_PATH, format: "cjs" });
  const gzipBytes = await readGzipBytes(BARE_WORKER_PATH);
  const startUp = measureStartUp(await readFile(BARE_WORKER_PATH, "utf8"));
  return judge({ gzipBytes, startUp });
}

/** Says what was measured, and throws a CommandError where it is above a bound. */
export function judge({ gzipBytes, startUp }: Measured): string {
  const said = `Headgate without its configuration: ${toKib(gzipBytes)} gzipped (at most ${toKib(GZIP_BYTES_MAX)}), start-up ${toPercent(startUp)} of the reference program's (at most ${toPercent(START_UP_MAX)})`;
  if (gzipBytes > GZIP_BYTES_MAX || startUp > START_UP_MAX) {
    throw new CommandError(`Cannot build: the bundle is too large or slow to start. ${said}`);
  }
  return said;
}

const toPercent = (share: number): string => `${(share * 100).toFixed(0)} %`;
