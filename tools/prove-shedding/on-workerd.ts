// The same on real workerd: an HTTP origin of 20 slots, warmed up at half of what it can answer, then asked for twice that.

import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { buildWorker } from "../../src/cli/build-worker.ts";
import { serveWorker } from "../../src/cli/serve-worker.ts";

const SLOTS = 20;
/** Long enough for a busy machine to have time for the gateway and the clients themselves. */
export const SERVICE_MS = 400;
const CAPACITY = (SLOTS * 1_000) / SERVICE_MS;
const DEADLINE_MS = 4_000;
const WARM_SECONDS = 15;
const JUMP_SECONDS = 20;
/** What is counted begins so long after the jump. */
const SETTLE_SECONDS = 5;
const FOLDER = "dist/prove-shedding";
/** In a millisecond. */
const NANOSECONDS = 1_000_000;

interface Call {
  readonly priority: "critical" | "normal" | "background";
  readonly second: number;
  readonly isInTime: boolean;
  readonly status: number;
}

export interface Real {
  readonly good: number;
  readonly critical: number;
  /** Goodput through the same gateway whose pool does not adapt. */
  readonly without: number;
  /**
   * How late this process was at most, in milliseconds, of which the clients and the origin are part: where the machine has
   * no time for them, nor for the gateway, what is measured is the machine.
   */
  readonly lagMs: number;
}

export async function playOnWorkerd(): Promise<Real> {
  const lag = monitorEventLoopDelay();
  lag.enable();
  const adapting = toShares(await playOne({ mode: "enforce" }));
  lag.disable();
  const plain = toShares(await playOne(undefined));
  return { ...adapting, without: plain.good, lagMs: lag.max / NANOSECONDS };
}

async function playOne(adapt: object | undefined): Promise<readonly Call[]> {
  const origin = await startOrigin();
  const folder = resolve(FOLDER, String(process.pid));
  await mkdir(folder, { recursive: true });
  const configPath = resolve(folder, "headgate.config.ts");
  const scriptPath = resolve(folder, "worker.js");
  const { port } = origin.address() as AddressInfo;
  const config = {
    origin: "api",
    origins: {
      api: {
        members: [`http://127.0.0.1:${port}`],
        adapt,
        ...(adapt === undefined ? {} : { priority: { header: "x-priority", headerMax: "critical" } }),
      },
    },
    policies: {},
    routes: [{ path: "/*" }],
  };
  const source = `import { defineConfig } from "headgate";\n\nexport default defineConfig(${JSON.stringify(config)});\n`;
  await writeFile(configPath, source);
  await buildWorker({ configPath, outFile: scriptPath });
  const gateway = await serveWorker({ scriptPath, port: 0, vars: {}, onLog: () => undefined });
  try {
    return await ask(`http://127.0.0.1:${gateway.url.port}/`);
  } finally {
    await gateway.close();
    origin.closeAllConnections();
    origin.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function startOrigin(): Promise<Server> {
  const line: (() => void)[] = [];
  let busy = 0;
  const serve = (): void => {
    while (busy < SLOTS) {
      const answer = line.shift();
      if (answer === undefined) return;
      busy += 1;
      setTimeout(() => {
        busy -= 1;
        answer();
        serve();
      }, SERVICE_MS);
    }
  };
  const server = createServer((_, response) => {
    line.push(() => response.end("ok"));
    serve();
  });
  return new Promise((done) => {
    server.listen(0, "127.0.0.1", () => {
      done(server);
    });
  });
}

async function ask(url: string): Promise<readonly Call[]> {
  const calls: Promise<Call>[] = [];
  const startedMs = Date.now();
  const seconds = WARM_SECONDS + JUMP_SECONDS;
  for (let sent = 0, second = 0; second < seconds; second = (Date.now() - startedMs) / 1_000) {
    const warm = Math.min(second, WARM_SECONDS) * CAPACITY * 0.5;
    const due = warm + Math.max(0, second - WARM_SECONDS) * CAPACITY * 2;
    for (; sent < due; sent += 1) calls.push(askOnce(url, sent % 5, second - WARM_SECONDS));
    await wait(5);
  }
  return await Promise.all(calls);
}

async function askOnce(url: string, dice: number, second: number): Promise<Call> {
  const priority = dice === 0 ? "critical" : dice < 4 ? "normal" : "background";
  const startedMs = Date.now();
  try {
    const response = await fetch(url, {
      headers: { "x-priority": priority },
      signal: AbortSignal.timeout(15_000),
    });
    await response.text();
    const isInTime = response.status === 200 && Date.now() - startedMs <= DEADLINE_MS;
    return { priority, second, isInTime, status: response.status };
  } catch {
    return { priority, second, isInTime: false, status: 0 };
  }
}

function toShares(calls: readonly Call[]): Pick<Real, "good" | "critical"> {
  const counted = calls.filter(({ second }) => second >= SETTLE_SECONDS);
  const critical = counted.filter(({ priority }) => priority === "critical");
  const possible = CAPACITY * (JUMP_SECONDS - SETTLE_SECONDS);
  return {
    good: counted.filter(({ isInTime }) => isInTime).length / Math.min(possible, counted.length),
    critical: critical.filter(({ isInTime }) => isInTime).length / critical.length,
  };
}
