// The most that one client has admitted within any span as long as the window, over the limit.

import { setTimeout as wait } from "node:timers/promises";
import type { Cell } from "../cell.ts";
import { isAdmitted, type Reply } from "../client.ts";
import type { Probe, Stand, Tried } from "../probe.ts";
import type { Limit } from "../subject.ts";
import { findDegraded } from "./find-degraded.ts";

export const worstWindowOf10 = createWorstWindow("window-10", { units: 10, windowMs: 2_000 });
export const worstWindowOf100 = createWorstWindow("window-100", { units: 100, windowMs: 5_000 });

function createWorstWindow(name: string, limit: Limit): Probe {
  return {
    name,
    title: `Worst window of ${limit.units} in ${limit.windowMs / 1_000} s, over the limit`,
    explanation:
      "Two clients: one asks all the time, one asks once, waits for most of a window, and then asks all the time. Of what was admitted, the most that was surely decided within one window (sent after its begin, answered before its end), over the limit. Token buckets and fixed windows pass nearly twice the limit by design: compare like with like.",
    run: (stand) => run(stand, limit),
  };
}

async function run({ subject, start }: Stand, wanted: Limit): Promise<Cell> {
  const limit = { ...wanted, windowMs: Math.max(wanted.windowMs, subject.can.windowMs ?? 0) };
  const tried = await start({ general: limit });
  const replies = (
    await Promise.all([
      hammer(tried, "192.0.2.11", { limit, forMs: limit.windowMs * 2.5 }),
      waitThenHammer(tried, "192.0.2.12", limit),
    ])
  ).map((client) => ({ admitted: client.filter(isAdmitted), degraded: findDegraded(client) }));
  const share = Math.max(...replies.map(({ admitted }) => findMost(admitted, limit.windowMs))) / limit.units;
  const degraded = replies.find((reply) => reply.degraded !== undefined)?.degraded;
  return {
    text: share.toFixed(2),
    badness: share,
    ...(degraded === undefined ? {} : { invalid: degraded }),
  };
}

async function waitThenHammer(tried: Tried, ip: string, limit: Limit): Promise<readonly Reply[]> {
  const first = await tried.ask({ ip });
  await wait(limit.windowMs * 0.88);
  return [first, ...(await hammer(tried, ip, { limit, forMs: limit.windowMs * 1.3 }))];
}

/** As many as there may be, at once, twenty times in a window. */
async function hammer(
  tried: Tried,
  ip: string,
  { limit, forMs }: { readonly limit: Limit; readonly forMs: number },
): Promise<readonly Reply[]> {
  const replies: Reply[] = [];
  const untilMs = performance.now() + forMs;
  const count = Math.min(limit.units, 40);
  let isFirst = true;
  while (performance.now() < untilMs) {
    const nextMs = performance.now() + limit.windowMs / 20;
    const size = isFirst ? limit.units : count;
    isFirst = false;
    replies.push(...(await Promise.all(Array.from({ length: size }, () => tried.ask({ ip })))));
    await wait(Math.max(0, nextMs - performance.now()));
  }
  return replies;
}

/** Of intervals that lie wholly within a window the most that one window has. */
export function findMost(
  admitted: readonly Pick<Reply, "sentAtMs" | "answeredAtMs">[],
  windowMs: number,
): number {
  const counts = admitted.map(
    ({ sentAtMs }) =>
      admitted.filter((other) => other.sentAtMs >= sentAtMs && other.answeredAtMs <= sentAtMs + windowMs)
        .length,
  );
  return Math.max(0, ...counts);
}
