// A process of its own for each change that `npm run dev` sees: a module that was loaded once is never read again.

import { runCommand } from "./command-error.ts";
import { prepareGateway } from "./prepare-gateway.ts";
import { readStartOptions } from "./start-options.ts";

await runCommand(async () => {
  const prepared = await prepareGateway(readStartOptions(process.argv.slice(2), process.env), process.ppid);
  process.send?.(prepared);
  process.disconnect();
});
