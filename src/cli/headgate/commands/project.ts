// What makes, serves, builds and deploys the project in the working folder. Each is loaded only when it is called: the other
// commands start without a bundler and a runtime.

import { MisusedError } from "../../command-error.ts";
import { START_OPTIONS } from "../../start-options.ts";
import type { Command } from "../command.ts";

type Project = Pick<Command, "name" | "summary" | "options" | "examples"> &
  Required<Pick<Command, "runAlone">>;

/** Of a command that takes no word: a mistyped one would do the whole of it, and nothing of what was meant. */
function refuseWords(name: string, argv: readonly string[]): void {
  if (argv.length === 0) return;
  const received = argv.map((word) => JSON.stringify(word)).join(" ");
  throw new MisusedError(
    `headgate ${name} takes no arguments and no options, received ${received}: headgate ${name} --help says more`,
  );
}

const project: readonly Project[] = [
  {
    name: "init",
    summary: "writes what a project begins with, in the working folder; changes no file that is there",
    examples: ["init"],
    runAlone: async (argv) => {
      refuseWords("init", argv);
      const { init } = await import("../../init.ts");
      await init(process.cwd());
    },
  },
  {
    name: "start",
    summary: "checks the configuration, builds, and serves the gateway on this machine",
    options: START_OPTIONS,
    examples: ["start", "start --port 8788 --origin https://api.example.com"],
    runAlone: async (argv) => {
      const { start } = await import("../../start.ts");
      await start(argv);
    },
  },
  {
    name: "dev",
    summary: "serves the gateway on this machine, and again after each change of its files",
    options: START_OPTIONS,
    examples: ["dev", "dev --port 0"],
    runAlone: async (argv) => {
      const { dev } = await import("../../dev.ts");
      await dev(argv);
    },
  },
  {
    name: "build",
    summary: "checks the configuration and builds dist/worker.js, as wrangler does before it deploys",
    examples: ["build"],
    runAlone: async (argv) => {
      refuseWords("build", argv);
      const { build } = await import("../../build.ts");
      await build();
    },
  },
  {
    name: "deploy",
    summary:
      "refuses what cannot be right, then builds and deploys with wrangler, which gets every other option",
    options: {
      env: { value: "name", help: "an environment of wrangler.toml; default production" },
      "dry-run": { help: "does all but deploy" },
    },
    examples: ["deploy --dry-run", "deploy --env sandbox"],
    runAlone: async (argv) => {
      const { deploy } = await import("../../deploy.ts");
      await deploy(argv);
    },
  },
];

export const projectCommands: readonly Command[] = project.map((command) =>
  Object.assign(command, { run: () => Promise.reject(new Error(`headgate ${command.name} runs alone`)) }),
);
