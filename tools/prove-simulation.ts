// `npm run prove:simulation`: 20,000 requests through a real gateway with exact policies, whose log is then simulated: line
// by line what the gateway answered. Ends with 1 where a line differs.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { parseConfig } from "../src/core/config/parse-config.ts";
import { serveConfig } from "./fuzz/serve-config.ts";
import { holdAgainst } from "./prove-simulation/hold.ts";
import { record, toRecordedConfig } from "./prove-simulation/record.ts";
import { startFailingOrigin } from "./prove-simulation/failing-origin.ts";

// Inside the checkout, so that the configuration's import resolves.
const FOLDER = resolve(import.meta.dirname, "../dist/prove-simulation");
const REQUESTS_MAX = 200_000;

const { values } = parseArgs({ options: { requests: { type: "string", default: "20000" } } });

await runCommand(async () => {
  const count = Number(values.requests);
  if (!Number.isSafeInteger(count) || count < 1 || count > REQUESTS_MAX)
    throw new CommandError(`Cannot prove: --requests must be a whole number from 1 to ${REQUESTS_MAX}`);
  await mkdir(FOLDER, { recursive: true });
  const folder = await mkdtemp(join(FOLDER, "run-"));
  const origin = await startFailingOrigin();
  const config = toRecordedConfig(origin.url);
  const gateway = await serveConfig({ folder, name: "recorded", config, vars: {}, onLog: () => undefined });
  try {
    const recorded = await record(gateway.url.href, count);
    const parsed = parseConfig(config);
    if (!parsed.ok) throw new CommandError(JSON.stringify(parsed.error));
    const { lines, denied, wrong } = holdAgainst(parsed.value, recorded);
    console.log(`${lines} requests, of which ${denied} were denied; ${wrong.length} are simulated otherwise`);
    for (const line of wrong.slice(0, 20)) console.error(`  ${line}`);
    if (wrong.length > 0) throw new CommandError("The simulation is not what the gateway answered");
  } finally {
    await gateway.close();
    origin.close();
    await rm(folder, { recursive: true });
  }
});
