// The lengths of time that a reader chooses from, and what is asked of the gateway for each.

import type { StatsAnswer } from "../src/core/stats/stats-answer.ts";
import type { Ask } from "./api.ts";

const DAY_MS = 86_400_000;

export const RANGES = [
  { name: "15m", label: "15 min", everyMs: 1_000, toQuery: () => "minutes=15" },
  { name: "1h", label: "1 hour", everyMs: 1_000, toQuery: () => "minutes=60" },
  { name: "24h", label: "24 hours", everyMs: 5_000, toQuery: () => "minutes=1440&by=15" },
  {
    name: "30d",
    label: "30 days",
    everyMs: 5_000,
    toQuery: (nowMs: number) => `step=hour&by=8&from=${nowMs - 30 * DAY_MS}`,
  },
] as const;

export type Range = (typeof RANGES)[number];

/** Who asks watches: isolates report each second while this goes on. */
export async function readFigures(ask: Ask, { toQuery }: Range): Promise<StatsAnswer> {
  return ask<StatsAnswer>(`stats?watch=1&${toQuery(Date.now())}`);
}
