// Events on their way to a receiver that fails: each must arrive once, wait, or be counted as dropped.

import { setTimeout as wait } from "node:timers/promises";
import { inTurns, send } from "./send.ts";
import type { Receiver } from "./receiver.ts";

const TOKEN = "prove-logs-token-of-more-than-32-characters";
/** How long the gateway is given for what is left. */
const REST_TICKS_MAX = 90;
const TICK_MS = 1_000;

export const DELIVER_VARS = { ADMIN_TOKEN: TOKEN };

export interface SinkCounts {
  readonly taken: number;
  readonly waiting: number;
  readonly dropped: number;
}

export interface Delivery {
  readonly written: number;
  readonly arrived: number;
  readonly twice: number;
  readonly counts: SinkCounts;
}

/** `logs` is what the gateway wrote to its console so far. */
export async function deliver(
  url: URL,
  {
    events,
    receiver,
    logs,
  }: { readonly events: number; readonly receiver: Receiver; readonly logs: readonly string[] },
): Promise<Delivery> {
  // A ray names each. As fast as a receiver that fails so often can follow.
  await inTurns(events, 4, async (at) => {
    await ask(url, at);
    await wait(40);
  });
  let counts = await readCounts(url);
  // What is left goes with the requests that come later, few as they are.
  for (let at = 0; counts.waiting > 0 && at < REST_TICKS_MAX; at += 1) {
    if (at % 8 === 7) await ask(url, events + at);
    await wait(TICK_MS);
    counts = await readCounts(url);
  }
  const names = receiver.readTaken().map((line) => `${line.event} ${line.requestId ?? JSON.stringify(line)}`);
  const distinct = new Set(names).size;
  return { written: logs.length, arrived: distinct, twice: names.length - distinct, counts };
}

async function ask(url: URL, at: number): Promise<void> {
  await send(url, { path: "/a", fields: { "CF-Ray": at.toString(16).padStart(16, "0") } });
}

async function readCounts(url: URL): Promise<SinkCounts> {
  const headers = { Authorization: `Bearer ${TOKEN}` };
  const health = await fetch(new URL("/__headgate/v1/health", url), { headers });
  const { log } = (await health.json()) as { readonly log: readonly [SinkCounts] };
  return log[0];
}

/** What is not as promised, in words. */
export function findLost({ written, arrived, twice, counts }: Delivery): readonly string[] {
  const { taken, waiting, dropped } = counts;
  return [
    ...(twice > 0 ? [`${twice} lines arrived twice`] : []),
    ...(taken + waiting + dropped === written
      ? []
      : [`${written} lines were written, and ${taken + waiting + dropped} counted`]),
    ...(arrived < taken ? [`${taken} lines were counted as taken, and ${arrived} arrived`] : []),
    ...(written - arrived > dropped + waiting
      ? [`${written - arrived} lines did not arrive, and ${dropped + waiting} of them are known`]
      : []),
  ];
}
