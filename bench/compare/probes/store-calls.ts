// What a thousand refusals of one client ask of the store.

import { NOT_ASKED } from "../cell.ts";
import type { Probe } from "../probe.ts";

const REFUSALS = 1_000;
const AT_ONCE = 10;

export const storeCalls: Probe = {
  name: "store-calls",
  title: "Calls of the store for 1,000 refusals of one client",
  explanation: "Commands of Redis, HTTP requests to it, or calls of Durable Objects.",
  run: async ({ start }) => {
    const tried = await start({ general: { units: 1, windowMs: 60_000 } });
    if (tried.readStoreCalls === undefined) return NOT_ASKED;
    await tried.ask({});
    await tried.ask({});
    const before = await tried.readStoreCalls();
    for (let sent = 0; sent < REFUSALS; sent += AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, () => tried.ask({})));
    const calls = (await tried.readStoreCalls()) - before;
    return { text: String(calls), badness: calls };
  },
};
