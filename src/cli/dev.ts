// `npm run dev`: serves the gateway, and again after each change of what it is made of. A configuration that is wrong is
// said, and the last one that was right goes on serving.

import { fork } from "node:child_process";
import { type FSWatcher, watch } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "./command-error.ts";
import type { Prepared } from "./prepare-gateway.ts";
import type { ServedWorker } from "./serve-worker.ts";
import { sayWhatIsActive, startDemoOriginIfWanted, startGateway } from "./start-gateway.ts";
import { readStartOptions, START_USAGE } from "./start-options.ts";

/** Editors write, rename and touch in one go. */
const SETTLE_MS = 100;
const SOURCES = fileURLToPath(new URL("..", import.meta.url));
const UI_SOURCES = fileURLToPath(new URL("../../ui", import.meta.url));
const PREPARE = fileURLToPath(new URL("dev-prepare.ts", import.meta.url));
const argv = process.argv.slice(2);

await runCommand(async () => {
  if (argv.includes("--help")) {
    console.log(START_USAGE);
    return;
  }
  const options = readStartOptions(argv, process.env);
  let served: ServedWorker | undefined;
  let changed = Promise.withResolvers<void>();
  const onChange = (): void => {
    changed.resolve();
  };
  watchFolder(dirname(resolve(options.configPath)), isOfConfig(basename(options.configPath)), onChange);
  watchFolder(".", (name) => name === "wrangler.toml" || name.startsWith(".dev.vars"), onChange);
  for (const folder of [SOURCES, UI_SOURCES])
    watchFolder(folder, (name) => /\.(?:tsx?|css|html)$/.test(name), onChange, true);
  for (;;) {
    changed = Promise.withResolvers<void>();
    const prepared = await prepare();
    if (prepared === undefined)
      console.error(
        `${served === undefined ? "Waiting for a change" : "The last one that was right goes on serving"}.`,
      );
    else if (served === undefined) served = await startGateway(options, prepared);
    else {
      await served.reload(prepared.vars);
      await startDemoOriginIfWanted(prepared.origin);
      console.log(`Served anew at ${new Date().toLocaleTimeString()}`);
      await sayWhatIsActive(served, prepared, options.configPath);
    }
    await changed.promise;
    await new Promise((done) => setTimeout(done, SETTLE_MS));
  }
});

/** undefined when something is wrong: the process has said what. */
async function prepare(): Promise<Prepared | undefined> {
  const child = fork(PREPARE, argv);
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

/** The file and what it may be made of, which stands beside it. */
function isOfConfig(file: string): (name: string) => boolean {
  return (name) => name === file || /\.(?:[cm]?[jt]s|json)$/.test(name);
}

/** A folder, and not a file: a file that is replaced by renaming another is a new one. */
function watchFolder(
  folder: string,
  isWatched: (name: string) => boolean,
  onChange: () => void,
  recursive = false,
): FSWatcher {
  return watch(folder, { recursive }, (_event, name) => {
    if (name !== null && isWatched(name)) onChange();
  });
}
