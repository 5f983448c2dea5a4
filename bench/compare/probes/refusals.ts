// Whether what is refused is charged all the same: by the same limit, and by another limit of the same request.

import { setTimeout as wait } from "node:timers/promises";
import { isAdmitted } from "../client.ts";
import type { Probe, Tried } from "../probe.ts";

const LIMIT = { units: 10, windowMs: 2_000 };
const WINDOWS = 5;
const MINUTE_MS = 60_000;

export const hammered: Probe = {
  name: "hammered",
  title: "Admitted to a client at four times the rate, over what one at nine tenths of it gets",
  explanation:
    "10 in 2 s, for five windows. 1.00: refusals cost nothing. 0.00: a client that asks too often is shut out for as long as it does.",
  run: async ({ subject, start }) => {
    const windowMs = Math.max(LIMIT.windowMs, subject.can.windowMs ?? 0);
    const tried = await start({ general: { ...LIMIT, windowMs } });
    const perMs = LIMIT.units / windowMs;
    const [greedy, polite] = await Promise.all([
      askEvenly(tried, "192.0.2.21", { everyMs: 1 / (perMs * 4), forMs: windowMs * WINDOWS }),
      askEvenly(tried, "192.0.2.22", { everyMs: 1 / (perMs * 0.9), forMs: windowMs * WINDOWS }),
    ]);
    // What both spent before they were first refused is theirs in any case.
    const share = Math.min(1, Math.max(0, greedy - LIMIT.units) / Math.max(1, polite - LIMIT.units));
    return { text: share.toFixed(2), badness: 1 - share };
  },
};

export const otherLimit: Probe = {
  name: "other-limit",
  title: "Left of 20, after 10 requests of which another limit admitted 3",
  explanation: "17 is right: what one limit refuses is taken from no other.",
  run: async ({ start }) => {
    const tried = await start({
      general: { units: 20, windowMs: MINUTE_MS },
      search: { units: 3, windowMs: MINUTE_MS },
    });
    let found = 0;
    for (let time = 0; time < 10; time += 1) if (isAdmitted(await tried.ask({ path: "/search" }))) found += 1;
    let left = 0;
    while (left < 25 && isAdmitted(await tried.ask({ path: "/other" }))) left += 1;
    const text = found === 3 ? String(left) : `${left}, and the other admitted ${found}`;
    return { text, badness: Math.abs(left - 17) + Math.abs(found - 3) };
  },
};

async function askEvenly(
  tried: Tried,
  ip: string,
  { everyMs, forMs }: { readonly everyMs: number; readonly forMs: number },
): Promise<number> {
  const startMs = performance.now();
  const replies = [];
  for (let at = 0; at * everyMs < forMs; at += 1) {
    await wait(Math.max(0, startMs + at * everyMs - performance.now()));
    replies.push(tried.ask({ ip }));
  }
  return (await Promise.all(replies)).filter(isAdmitted).length;
}
