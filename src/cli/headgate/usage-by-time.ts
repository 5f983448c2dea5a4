// What consumers took of each policy by time, as the gateway's statistics have it: by minutes of the last hours, and by hours
// of the last days.

import type { UsageByTime, UsageSeries } from "../../core/stats/unusual.ts";
import type { Api } from "./api.ts";
import { toItem, toItems } from "./table.ts";

const STEP_MS = { minute: 60_000, hour: 3_600_000 } as const;
/** Of one answer. */
const POINTS_MAX = 480;

/** The last so many whole points before now. */
export async function readUsage(
  api: Api,
  step: keyof typeof STEP_MS,
  { points, nowMs }: { readonly points: number; readonly nowMs: number },
): Promise<UsageByTime> {
  const stepMs = STEP_MS[step];
  const endMs = nowMs - (nowMs % stepMs);
  const startMs = endMs - points * stepMs;
  const counts = new Map<string, { policy: string; consumer: string; counts: number[] }>();
  for (let fromMs = startMs; fromMs < endMs; fromMs += POINTS_MAX * stepMs) {
    const toMs = Math.min(endMs, fromMs + POINTS_MAX * stepMs);
    const query = new URLSearchParams({ step, from: String(fromMs), to: String(toMs) });
    const { body } = await api.ask("GET", `/stats?${query.toString()}`);
    for (const { policy, consumer, counts: told } of toItems(toItem(body)["usage"])) {
      const one = { policy: String(policy), consumer: String(consumer) };
      const id = `${one.policy}\n${one.consumer}`;
      const known = counts.get(id) ?? { ...one, counts: Array.from({ length: points }, () => 0) };
      counts.set(id, known);
      for (const [at, count] of (Array.isArray(told) ? told : []).entries()) {
        const place = (fromMs - startMs) / stepMs + at;
        if (place < points) known.counts[place] = Number(count);
      }
    }
  }
  const times = Array.from({ length: points }, (_, at) => startMs + at * stepMs);
  const series: readonly UsageSeries[] = [...counts.values()];
  return { times, series };
}
