// `npm start`: checks the configuration, builds, and serves the gateway on workerd.

import { runCommand } from "./command-error.ts";
import { prepareGateway } from "./prepare-gateway.ts";
import { startGateway } from "./start-gateway.ts";
import { readVars } from "./read-vars.ts";
import { readStartOptions, START_USAGE } from "./start-options.ts";

await runCommand(async () => {
  const argv = process.argv.slice(2);
  if (argv.includes("--help")) {
    console.log(START_USAGE);
    return;
  }
  const options = readStartOptions(argv, process.env);
  const vars = readVars(options.origin);
  await startGateway(options, await prepareGateway({ ...options, vars, processId: process.pid }));
});
