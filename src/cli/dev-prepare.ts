// A process of its own for each change that `npm run dev` sees: a module that was loaded once is never read
// again. Its first argument has the variables that hold, as JSON.

import { runCommand } from "./command-error.ts";
import { type Prepared, prepareGateway } from "./prepare-gateway.ts";
import { readStartOptions } from "./start-options.ts";

await runCommand(async () => {
  const [vars = "{}", ...argv] = process.argv.slice(2);
  const prepared = await prepareGateway({
    ...readStartOptions(argv, process.env),
    vars: JSON.parse(vars) as Prepared["vars"],
    processId: process.ppid,
  });
  process.send?.(prepared);
  process.disconnect();
});
