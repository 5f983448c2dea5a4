// `npm run prove:logs`: log lines on their way to a receiver that fails one batch in five and stalls, what that costs
// requests, and whether a line ever has a secret. Ends with 1 when a promise is broken.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import type { ServedWorker } from "../src/cli/serve-worker.ts";
import { serveConfig } from "./fuzz/serve-config.ts";
import { startOrigin } from "./fuzz/start-origin.ts";
import { deliver, DELIVER_VARS, findLost } from "./prove-logs/deliver.ts";
import { compareLatency } from "./prove-logs/latency.ts";
import { startReceiver } from "./prove-logs/receiver.ts";
import { leakSecrets, toLeakingConfig } from "./prove-logs/secrets.ts";
import { agent } from "./prove-logs/send.ts";

// Inside the checkout, so that the configurations' import resolves.
const FOLDER = resolve(import.meta.dirname, "../dist/prove-logs");
const MORE_MS_MAX = 1;
const COUNT_MAX = 1_000_000;

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "5000" },
    requests: { type: "string", default: "10000" },
    lines: { type: "string", default: "10000" },
  },
});

function readCount(name: keyof typeof values): number {
  const count = Number(values[name]);
  if (Number.isSafeInteger(count) && count >= 1 && count <= COUNT_MAX) return count;
  throw new CommandError(`Cannot prove: --${name} must be a whole number from 1 to ${COUNT_MAX}`);
}

interface Stand {
  readonly origin: string;
  /** A gateway with these settings of the log, and what it writes to its console. */
  readonly serve: (
    name: string,
    config: object,
  ) => Promise<{ readonly url: URL; readonly logs: readonly string[] }>;
}

const toConfig = ({ origin }: Stand, sinks: readonly object[]): object => ({
  origin,
  policies: {},
  routes: [{ path: "/*" }],
  log: { allowed: 1, sinks },
});

/** Each of these prints what it saw, and answers which promises are broken. */
type Prove = (stand: Stand, count: number) => Promise<readonly string[]>;

const proveDelivery: Prove = async (stand, events) => {
  const receiver = await startReceiver();
  const { url, logs } = await stand.serve("delivering", toConfig(stand, [{ url: receiver.url }]));
  const delivery = await deliver(url, { events, receiver, logs });
  receiver.close();
  const { written, arrived, twice, counts } = delivery;
  const { taken, failed, stalled } = receiver.counts;
  console.log(
    `${written} lines to a receiver that took ${taken} batches, failed ${failed} and stalled ${stalled}:`,
  );
  console.log(
    `  ${counts.taken} taken, ${counts.dropped} dropped and counted, ${counts.waiting} waiting; ${arrived} arrived, ${twice} twice`,
  );
  return findLost(delivery);
};

const toText = (ms: number): string => `${ms.toFixed(2)} ms`;

const proveLatency: Prove = async (stand, requests) => {
  const receiver = await startReceiver();
  const plain = await stand.serve("plain", toConfig(stand, []));
  const sinking = await stand.serve("sinking", toConfig(stand, [{ url: receiver.url }]));
  const { without, withSink } = await compareLatency(plain.url, sinking.url, requests);
  receiver.close();
  const more = withSink - without;
  console.log(
    `p99 of ${requests} requests: ${toText(without)} without a sink, ${toText(withSink)} with one that fails and stalls; ${toText(more)} more`,
  );
  return more > MORE_MS_MAX ? [`requests wait for at most ${MORE_MS_MAX} ms more: ${toText(more)}`] : [];
};

const proveSecrecy: Prove = async (stand, lines) => {
  const { url, logs } = await stand.serve("leaking", toLeakingConfig(stand.origin, { allowed: 1 }));
  const leaks = await leakSecrets(url, { lines, logs });
  const byEvent = Map.groupBy(logs, (line) => (JSON.parse(line) as { readonly event: string }).event);
  const shares = [...byEvent].map(([event, { length }]) => `${length} ${event}`).join(", ");
  console.log(
    `${logs.length} lines of hostile requests (${shares}): ${leaks.length} with a secret or an address`,
  );
  return leaks.slice(0, 5).map((line) => `this has no secret: ${line}`);
};

/** Runs it with an origin, and ends what it started. */
async function withStand(work: (stand: Stand) => Promise<void>): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const folder = await mkdtemp(join(FOLDER, "run-"));
  const origin = await startOrigin();
  const served: ServedWorker[] = [];
  const serve: Stand["serve"] = async (name, config) => {
    const logs: string[] = [];
    const onLog = (line: string): void => {
      if (line.startsWith("{")) logs.push(line);
    };
    const vars = { ...DELIVER_VARS, JWT_SECRET: "a shared secret of more than 32 bytes" };
    const gateway = await serveConfig({ folder, name, config, vars, onLog });
    served.push(gateway);
    return { url: gateway.url, logs };
  };
  try {
    await work({ origin: origin.url, serve });
  } finally {
    await Promise.all(served.map(({ close }) => close()));
    agent.destroy();
    origin.close();
    await rm(folder, { recursive: true, force: true });
  }
}

await runCommand(async () => {
  const counts = [readCount("events"), readCount("requests"), readCount("lines")] as const;
  const broken: string[] = [];
  await withStand(async (stand) => {
    broken.push(...(await proveDelivery(stand, counts[0])));
    broken.push(...(await proveLatency(stand, counts[1])));
    broken.push(...(await proveSecrecy(stand, counts[2])));
  });
  if (broken.length > 0) throw new CommandError(`Cannot prove that ${broken.join("; ")}`);
  console.log("All promises hold.");
});
