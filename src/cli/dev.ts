// `headgate dev`, `npm run dev`: serves the gateway, and again after each change of what it is made of. What cannot be served is said, and
// the last one that was right goes on serving.

import { fork } from "node:child_process";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { CommandError } from "./command-error.ts";
import { DEV_PREPARE } from "./own-parts.ts";
import type { Prepared } from "./prepare-gateway.ts";
import type { ServedWorker } from "./serve-worker.ts";
import { sayWhatIsActive, startDemoOriginIfWanted, startGateway } from "./start-gateway.ts";
import { readVars } from "./read-vars.ts";
import { readStartOptions, type StartOptions } from "./start-options.ts";
import { watchFiles } from "./watch-files.ts";

/** Editors write, rename and touch in one go. */
const SETTLE_MS = 100;
const GOES_ON = "The last one that was right goes on serving.";

export async function dev(argv: readonly string[]): Promise<void> {
  const options = readStartOptions(argv, process.env);
  const always = [options.configPath, "wrangler.toml", ".dev.vars", ".env"];
  let changed = Promise.withResolvers<void>();
  const watched = watchFiles(() => {
    changed.resolve();
  });
  let served: Served | undefined;
  let files: readonly string[] = [];
  for (;;) {
    changed = Promise.withResolvers<void>();
    watched.set([...always, ...files]);
    const prepared = await prepare(options, argv);
    if (prepared !== undefined) {
      ({ files } = prepared);
      watched.set([...always, ...files]);
    }
    served = await serve(prepared, served, options);
    await changed.promise;
    await new Promise((done) => setTimeout(done, SETTLE_MS));
  }
}

interface Served {
  readonly worker: ServedWorker;
  readonly prepared: Prepared;
}

/** What serves now. It throws only where nothing served before. */
async function serve(
  prepared: Prepared | undefined,
  served: Served | undefined,
  options: StartOptions,
): Promise<Served | undefined> {
  if (prepared === undefined) {
    console.error(served === undefined ? "Waiting for a change." : GOES_ON);
    return served;
  }
  if (served === undefined) return { worker: await startGateway(options, prepared), prepared };
  try {
    await served.worker.reload(prepared);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    console.error(`${error.message}\n${GOES_ON}`);
    return served;
  }
  await rm(dirname(served.prepared.scriptPath), { recursive: true, force: true });
  await startDemoOriginIfWanted(prepared.origin);
  console.log(`Served anew at ${new Date().toLocaleTimeString()}`);
  await sayWhatIsActive(served.worker, prepared, options.configPath);
  return { ...served, prepared };
}

/** undefined when wrangler.toml cannot be read: it is said why. */
function readChangedVars(origin: string | undefined): Prepared["vars"] | undefined {
  try {
    return readVars(origin);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    console.error(error.message);
    return undefined;
  }
}

/** undefined when something is wrong: it has been said what. */
async function prepare({ origin }: StartOptions, argv: readonly string[]): Promise<Prepared | undefined> {
  const vars = readChangedVars(origin);
  if (vars === undefined) return undefined;
  const child = fork(DEV_PREPARE, [JSON.stringify(vars), ...argv]);
  const { promise, resolve: done } = Promise.withResolvers<Prepared | undefined>();
  let prepared: Prepared | undefined;
  child.once("message", (message) => {
    prepared = message as Prepared;
  });
  child.once("exit", () => {
    done(prepared);
  });
  return await promise;
}
