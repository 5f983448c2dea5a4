// The commands that read their own arguments: found by the first word alone.

import { commands } from "./commands.ts";

/** What runs; undefined: it is a command of the table's kind, or help is wanted. */
export function findAlone([name, ...argv]: readonly string[]): (() => Promise<void>) | undefined {
  const command = commands.find((known) => known.name === name);
  const { runAlone } = command ?? {};
  // wrangler's own help says which options a deploy takes.
  const wantsHelp = name !== "deploy" && (argv.includes("--help") || argv.includes("-h"));
  return runAlone === undefined || wantsHelp ? undefined : () => runAlone(argv);
}
