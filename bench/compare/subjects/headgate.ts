// Headgate, built as it is deployed, with the policy that its README shows, in three algorithms.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildWorker } from "../../../src/cli/build-worker.ts";
import type { ConfigInput, PolicyInput } from "../../../src/core/config/define-config.ts";
import { readDeployment } from "../../servers/deployment.ts";
import { SCRIPT, startWorkerSubject } from "../start-worker.ts";
import type { Limit, Place, Rules, Running, Subject } from "../subject.ts";

type Algorithm = "sliding-window" | "sliding-window-log" | "token-bucket";

const MINUTE_MS = 60_000;

export function createHeadgate(name: string, algorithm: Algorithm): Subject {
  return {
    name,
    title: `Headgate, ${algorithm}`,
    algorithm,
    settings: "bench/compare/subjects/headgate.ts",
    addressField: "CF-Connecting-IP",
    can: { cost: true, concurrency: true },
    start: (place, rules) => start(place, rules, algorithm),
  };
}

function start(place: Place, rules: Rules, algorithm: Algorithm): Promise<Running> {
  return startWorkerSubject(place, rules, {
    objects: readDeployment().objects,
    build: async (current) => {
      const configPath = join(place.folder, "headgate.config.mjs");
      const config = toConfig(current, { algorithm, originUrl: place.originUrl });
      await writeFile(configPath, `export default ${JSON.stringify(config)};\n`);
      await buildWorker({ configPath, outFile: join(place.folder, SCRIPT) });
    },
  });
}

function toConfig(
  { general, search, concurrent }: Rules,
  { algorithm, originUrl }: { readonly algorithm: Algorithm; readonly originUrl: string },
): ConfigInput {
  const policies: Record<string, PolicyInput> = { general: toPolicy(general, algorithm) };
  if (search !== undefined) policies["search"] = toPolicy(search, algorithm);
  if (concurrent !== undefined)
    policies["concurrent"] = { algorithm: "concurrency", limit: concurrent, key: "ip" };
  const all = Object.keys(policies).filter((name) => name !== "search");
  // A cost that a field says is taken within bounds.
  const cost = { header: "X-Cost", min: 0, max: 100, otherwise: 1 };
  const everything = { path: "/*", policies: all, cost } as const;
  return {
    origin: originUrl,
    log: { denied: 0 },
    policies,
    routes:
      search === undefined ? [everything] : [{ path: "/search", policies: [...all, "search"] }, everything],
  };
}

/** A bucket that holds the limit and fills again in a window, or a window. */
function toPolicy({ units, windowMs }: Limit, algorithm: Algorithm): PolicyInput {
  if (algorithm !== "token-bucket") return { algorithm, limit: units, window: `${windowMs}ms`, key: "ip" };
  return {
    algorithm,
    limit: Math.ceil((units * MINUTE_MS) / windowMs),
    window: "1m",
    burst: units,
    key: "ip",
  };
}
