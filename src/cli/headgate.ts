#!/usr/bin/env node
// `headgate`: what an operator asks of a running gateway and changes of it, over its admin API, and the check of a
// configuration file. `headgate --help` lists the commands.

import { runCommand } from "./command-error.ts";
import { findAlone } from "./headgate/find-alone.ts";
import { run } from "./headgate/run.ts";

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on("error", (error: Error & { readonly code?: string }) => {
  if (error.code !== "EPIPE") throw error;
});

// Set and not exited with: what is still on its way into a pipe must arrive.
const argv = process.argv.slice(2);
const alone = findAlone(argv);
if (alone === undefined)
  process.exitCode = await run(argv, {
    variables: process.env,
    print: (text) => process.stdout.write(`${text}\n`),
    complain: (text) => process.stderr.write(`${text}\n`),
  });
else await runCommand(alone);
