// What a kill leaves, and what another limit makes of what was used.

import { isAdmitted } from "../client.ts";
import type { Probe, Tried } from "../probe.ts";

const MINUTE_MS = 60_000;

export const killed: Probe = {
  name: "killed",
  title: "Of 5 used, given back by a kill and a start",
  explanation:
    "The process is killed (SIGKILL; nginx, whose workers would stay, is stopped). The store of those that have one is not. 0 is right.",
  run: async ({ start }) => {
    const rules = { general: { units: 5, windowMs: MINUTE_MS } };
    const tried = await start(rules);
    await use(tried, 5);
    const back = await countLeft(await tried.restart(rules), 5);
    return { text: String(back), badness: back };
  },
};

export const otherLimits: Probe = {
  name: "other-limits",
  title: "8 of 10 used; then the limit is 20; then 5",
  explanation: "After a restart with the other limit, or a reload where there is one: 12 and 0 are right.",
  run: async ({ start }) => {
    const counts = [];
    for (const units of [20, 5]) {
      const tried = await start({ general: { units: 10, windowMs: MINUTE_MS } });
      await use(tried, 8);
      counts.push(await countLeft(await tried.change({ general: { units, windowMs: MINUTE_MS } }), 25));
    }
    const [raised = 0, lowered = 0] = counts;
    return { text: `${raised}; ${lowered}`, badness: Math.abs(raised - 12) + lowered };
  },
};

async function use(tried: Tried, count: number): Promise<void> {
  for (let time = 0; time < count; time += 1) await tried.ask({});
}

async function countLeft(tried: Tried, max: number): Promise<number> {
  let left = 0;
  while (left < max && isAdmitted(await tried.ask({}))) left += 1;
  return left;
}
