// `headgate start`, `npm start`: checks the configuration, builds, and serves the gateway on workerd.

import { prepareGateway } from "./prepare-gateway.ts";
import { startGateway } from "./start-gateway.ts";
import { readVars } from "./read-vars.ts";
import { readStartOptions } from "./start-options.ts";

export async function start(argv: readonly string[]): Promise<void> {
  const options = readStartOptions(argv, process.env);
  const vars = readVars(options.origin);
  await startGateway(options, await prepareGateway({ ...options, vars, processId: process.pid }));
}
