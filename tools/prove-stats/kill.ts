// What statistics lose when the gateway's process is killed, with SIGKILL: at most what it counted since its last report.
// Sums that were told before are there again, and nothing counts twice.

import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { startGateway, toConfigSource } from "../../test/conformance/support/gateway.ts";
import { agent, send } from "../prove-logs/send.ts";

/** Between two reports, with what a report takes on a busy machine. */
const INTERVAL_MS = 10_000;
const LATE_MS = 1_500;
const PAUSE_MS = 50;
const FIRST_MS = 500;
const TOKEN = "a-token-that-reads";

export interface Killed {
  /** Requests that were answered, and those of them in the last interval before the end. */
  readonly answered: number;
  readonly inLastInterval: number;
  /** Sums before, as they were told, and after. */
  readonly before: number;
  readonly after: number;
}

interface Given {
  readonly origin: string;
  /** Inside the checkout. */
  readonly folder: string;
  /** How long there are requests after the first report. */
  readonly afterMs: number;
}

/** One isolate under steady requests, killed in the middle of them. */
export async function killOnce({ origin, folder, afterMs }: Given): Promise<Killed> {
  const persistTo = await mkdtemp(join(folder, "killed-"));
  const options = {
    config: toConfigSource({ origin, policies: {}, routes: [{ path: "/*" }] }),
    vars: { ADMIN_READ_TOKEN: TOKEN },
    persistTo,
  };
  const killed = await startGateway(options);
  const url = new URL(killed.url);
  const answeredMs: number[] = [];
  let before = 0;
  // The first report of an isolate comes within eleven seconds.
  while (before === 0) {
    await load(url, FIRST_MS, answeredMs);
    before = await readSum(killed.url);
  }
  await load(url, afterMs, answeredMs);
  const endMs = Date.now();
  for (const id of killed.processIds) process.kill(id, "SIGKILL");
  agent.destroy();
  await killed.close().catch(() => undefined);
  const again = await startGateway(options);
  try {
    return {
      answered: answeredMs.length,
      inLastInterval: answeredMs.filter((ms) => ms > endMs - INTERVAL_MS - LATE_MS).length,
      before,
      after: await readSum(again.url),
    };
  } finally {
    await again.close();
    await rm(persistTo, { recursive: true, force: true });
  }
}

/** What is wrong with it; none: nothing. */
export function toBroken({ answered, inLastInterval, before, after }: Killed): readonly string[] {
  return [
    ...(after >= before ? [] : [`a sum that was told fell from ${before} to ${after}`]),
    ...(after <= answered ? [] : [`${after} were counted of ${answered}`]),
    ...(answered - after <= inLastInterval
      ? []
      : [`${answered - after} are lost, ${inLastInterval} were answered in the last interval`]),
  ];
}

async function load(url: URL, forMs: number, answeredMs: number[]): Promise<void> {
  const endMs = Date.now() + forMs;
  while (Date.now() < endMs) {
    if ((await send(url, { path: "/" })) !== undefined) answeredMs.push(Date.now());
    await wait(PAUSE_MS);
  }
}

async function readSum(url: string): Promise<number> {
  const headers = { Authorization: `Bearer ${TOKEN}` };
  const answer = await fetch(`${url}/__headgate/v1/stats?minutes=60`, { headers });
  const { requests } = (await answer.json()) as {
    readonly requests: readonly { readonly counts: readonly number[] }[];
  };
  return requests.flatMap(({ counts }) => counts).reduce((sum, count) => sum + count, 0);
}
