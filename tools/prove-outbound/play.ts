// One play: a fresh stand-in, the clients in front of it or of a gateway between, many windows at three times the budget,
// and then, once all of that is answered, two at less than the budget.

import { mkdir, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import graphConfig from "../../demo/graph/headgate.config.ts";
import { type GraphApi, type GraphStats, startGraphApi } from "../../demo/graph/graph-api.ts";
import { buildWorker } from "../../src/cli/build-worker.ts";
import { serveWorker } from "../../src/cli/serve-worker.ts";
import { type Call, runClients } from "./clients.ts";

export interface Plan {
  readonly windows: number;
  readonly windowMs: number;
  /** The stand-in's, for its app, in a window. */
  readonly budget: number;
  /** How many calls fewer the gateway's policy admits. */
  readonly margin: number;
}

export interface Play {
  readonly storm: readonly Call[];
  readonly calm: readonly Call[];
  /** What the stand-in had served and refused when the first window was over, and when the storm was. */
  readonly first: GraphStats;
  readonly last: GraphStats;
  readonly end: GraphStats;
}

/** As networks do it: the order in which calls arrive is not the order in which they were sent. */
const LATENCY_MS = [5, 40] as const;
const STORM = 3;
const CALM = 0.8;
const CALM_WINDOWS = 2;
const FOLDER = "dist/prove-outbound";

export async function playWithout(plan: Plan): Promise<Play> {
  const graph = await startGraph(plan);
  try {
    return await play(plan, graph, graph.url);
  } finally {
    await graph.close();
  }
}

/** Through a gateway on workerd, with the configuration of the guide. */
export async function playThrough(plan: Plan): Promise<Play> {
  const graph = await startGraph(plan);
  const folder = resolve(FOLDER, String(process.pid));
  await mkdir(folder, { recursive: true });
  const configPath = resolve(folder, "headgate.config.ts");
  const scriptPath = resolve(folder, "worker.js");
  await writeFile(configPath, toConfigSource(plan, graph.url));
  await buildWorker({ configPath, outFile: scriptPath });
  const gateway = await serveWorker({ scriptPath, port: 0, vars: {}, onLog: () => undefined });
  try {
    return await play(plan, graph, `http://127.0.0.1:${gateway.url.port}`);
  } finally {
    await gateway.close();
    await graph.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function play({ windows, windowMs, budget }: Plan, graph: GraphApi, url: string): Promise<Play> {
  const budgetPerSecond = (budget * 1_000) / windowMs;
  const timeoutMs = 60_000;
  const forMs = windows * windowMs;
  // What starts anew is slower than what runs: a gateway's first request is not what is measured.
  await fetch(`${url}/v25.0/me`);
  const running = runClients({ url, callsPerSecond: STORM * budgetPerSecond, forMs, timeoutMs });
  await wait(windowMs);
  const first = graph.stats();
  await wait(forMs - windowMs);
  const last = graph.stats();
  const storm = await running;
  await wait(windowMs);
  const calm = await runClients({
    url,
    callsPerSecond: CALM * budgetPerSecond,
    forMs: CALM_WINDOWS * windowMs,
    timeoutMs,
  });
  return { storm, calm, first, last, end: graph.stats() };
}

function startGraph({ budget, windowMs }: Plan): Promise<GraphApi> {
  // The app's budget alone is scarce here.
  const plenty = { limit: 10 * budget, windowMs };
  const budgets = { app: { limit: budget, windowMs }, user: plenty, page: plenty };
  return startGraphApi({ port: 0, budgets, latencyMs: LATENCY_MS });
}

function toConfigSource({ budget, margin, windowMs }: Plan, url: string): string {
  const { graph } = graphConfig.origins ?? {};
  const window = `${windowMs}ms`;
  const policies = Object.entries(graphConfig.policies).map(([name, policy]) => {
    const limit = name === "graph-app" ? budget - margin : 10 * budget;
    return [name, { ...policy, limit, window }] as const;
  });
  const config = {
    ...graphConfig,
    origins: { graph: { ...graph, members: [url] } },
    policies: Object.fromEntries(policies),
  };
  return `import { defineConfig } from "headgate";\n\nexport default defineConfig(${JSON.stringify(config)});\n`;
}
