// The command line of `npm run bench -- --world`.

import { parseArgs } from "node:util";
import { CommandError } from "../../src/cli/command-error.ts";
import { worldCases, type WorldCase } from "./cases.ts";
import { DELAYS, type Delays } from "./distances.ts";

/** What the first request of a new isolate knows of what operators changed. */
const NEW_ISOLATE = "new-isolate";

export const WORLD_USAGE = `Usage: npm run bench -- --world [options]
  --only <cases>       these cases: ${[...worldCases.map(({ name }) => name), NEW_ISOLATE].join(", ")}
  --near <ms>          a round trip to an object on the caller's continent (${DELAYS.near})
  --far <ms>           one to an object, or a Redis, that all the world shares (${DELAYS.far})
  --cache <ms>         one to the data centre's Cache API (${DELAYS.cache}); "none": it stores nothing, as on workers.dev
  --idle <seconds>     how long an isolate had nothing to do before a request of "quiet" (7)
  --samples <n>        requests of "quiet" in each row (20): the run takes as many times --idle, and a minute or two
  --markdown <file>    writes the report into the file too, between its two comments <!-- world:begin --> and end
  --help`;

export interface WorldOptions {
  readonly cases: readonly WorldCase[];
  readonly probesNewIsolates: boolean;
  readonly delays: Delays;
  readonly hasCache: boolean;
  readonly idleMs: number;
  readonly samples: number;
  readonly markdown: string | undefined;
  readonly wantsHelp: boolean;
}

/** Throws a CommandError for what is not known. */
export function parseWorldOptions(args: readonly string[]): WorldOptions {
  const { values } = readArgs(args);
  const number = (name: "near" | "far" | "cache" | "idle" | "samples", otherwise: number): number => {
    const text = values[name];
    if (text === undefined) return otherwise;
    if (/^\d{1,5}(?:\.\d)?$/.test(text)) return Number(text);
    throw new CommandError(
      `Cannot take ${JSON.stringify(text)} as --${name}: must be a number\n${WORLD_USAGE}`,
    );
  };
  const only = values.only?.split(",");
  const hasCache = values.cache !== "none";
  return {
    cases: only?.filter((name) => name !== NEW_ISOLATE).map(findCase) ?? worldCases,
    probesNewIsolates: only?.includes(NEW_ISOLATE) ?? true,
    delays: {
      near: number("near", DELAYS.near),
      far: number("far", DELAYS.far),
      cache: hasCache ? number("cache", DELAYS.cache) : 0,
    },
    hasCache,
    idleMs: number("idle", 7) * 1_000,
    samples: Math.max(1, Math.floor(number("samples", 20))),
    markdown: values.markdown,
    wantsHelp: values.help,
  };
}

// oxlint-disable-next-line typescript/explicit-module-boundary-types -- the type is what parseArgs infers
function readArgs(args: readonly string[]) {
  const options = {
    world: { type: "boolean" },
    only: { type: "string" },
    near: { type: "string" },
    far: { type: "string" },
    cache: { type: "string" },
    idle: { type: "string" },
    samples: { type: "string" },
    markdown: { type: "string" },
    help: { type: "boolean", default: false },
  } as const;
  try {
    return parseArgs({ args: [...args], options, strict: true });
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : String(error)}\n${WORLD_USAGE}`);
  }
}

function findCase(name: string): WorldCase {
  const found = worldCases.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new CommandError(
    `Cannot run case ${JSON.stringify(name)}: there is none of this name\n${WORLD_USAGE}`,
  );
}
