// Headgate as it is deployed: the same build, with a configuration of the bench inside.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildWorker } from "../../src/cli/build-worker.ts";
import { parseConfigFile } from "../../src/cli/read-config-file.ts";
import type { ConfigInput, PolicyInput } from "../../src/core/config/define-config.ts";
import type { Server, Stand } from "../contenders/contender.ts";
import { toContract } from "../measures/contracts.ts";
import type { Limit } from "../workloads/workload.ts";
import { readDeployment } from "./deployment.ts";
import { SCRIPT, serveOnWorkerd } from "./serve-on-workerd.ts";

const MINUTE_MS = 60_000;

/** All of the policies must apply to every path of the bench. Denials are not logged. */
export async function startHeadgate(
  stand: Stand,
  config: Omit<ConfigInput, "origin" | "log">,
  vars: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const configPath = join(stand.folder, "headgate.config.mjs");
  const whole: ConfigInput = { origin: stand.originUrl, log: { denied: 0 }, ...config };
  await writeFile(configPath, `export default ${JSON.stringify(whole)};\n`);
  const { policies } = await parseConfigFile(configPath);
  await buildWorker({ configPath, outFile: join(stand.folder, SCRIPT) });
  return {
    ...(await serveOnWorkerd(stand, { vars, objects: readDeployment().objects })),
    toAllowed: policies.length === 0 ? undefined : toContract(policies),
  };
}

/** A token bucket of each client's own, whose rate is written for a minute. */
export function toPolicy({ units, windowMs }: Limit): PolicyInput {
  const limit = (units * MINUTE_MS) / windowMs;
  return { algorithm: "token-bucket", limit, window: "1m", burst: units, key: "ip" };
}
