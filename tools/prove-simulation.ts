// `npm run prove:simulation`: 20,000 requests through a real gateway with exact policies, whose log is then simulated: line
// by line what the gateway answered; and as many with leased ones, which deny no client less. Ends with 1 where a line differs.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { parseConfig } from "../src/core/config/parse-config.ts";
import { serveConfig } from "./fuzz/serve-config.ts";
import type { Config } from "../src/core/config/config.ts";
import { holdAgainst } from "./prove-simulation/hold.ts";
import { holdLeased, toLeasedConfig } from "./prove-simulation/hold-leased.ts";
import { record, type Recorded, toRecordedConfig } from "./prove-simulation/record.ts";
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
  try {
    const exact = await play({ folder, name: "exact", config: toRecordedConfig(origin.url), count });
    const { lines, denied, wrong } = holdAgainst(exact.config, exact.recorded);
    console.log(`${lines} requests, of which ${denied} were denied; ${wrong.length} are simulated otherwise`);
    for (const line of wrong.slice(0, 20)) console.error(`  ${line}`);
    const lent = await play({ folder, name: "leased", config: toLeasedConfig(origin.url), count });
    const held = holdLeased(lent.config, lent.recorded);
    console.log(
      `leased: ${held.lines} requests, ${held.leased} denied, exact ${held.exact}; ${held.fewer.length} clients with fewer`,
    );
    for (const line of held.fewer.slice(0, 20)) console.error(`  ${line}`);
    if (wrong.length > 0) throw new CommandError("The simulation is not what the gateway answered");
    if (held.fewer.length > 0)
      throw new CommandError("Leased policies denied less than exact ones would have");
  } finally {
    origin.close();
    await rm(folder, { recursive: true });
  }
});

interface Play {
  readonly folder: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly count: number;
}

/** Records so many requests through a gateway of its own. */
async function play({ folder, name, config, count }: Play): Promise<{ config: Config; recorded: Recorded }> {
  const parsed = parseConfig(config);
  if (!parsed.ok) throw new CommandError(JSON.stringify(parsed.error));
  let degraded = 0;
  const onLog = (line: string): void => {
    if (line.includes('"event":"degraded"')) degraded += 1;
  };
  const gateway = await serveConfig({ folder, name, config, vars: {}, onLog });
  try {
    const recorded = await record(gateway.url.href, count);
    // On a busy machine counters answer too late, and isolates decide by their share: that is in no log.
    if (degraded > 0) console.log(`${name}: ${degraded} requests were decided without their counter object`);
    return { config: parsed.value, recorded };
  } finally {
    await gateway.close();
  }
}
