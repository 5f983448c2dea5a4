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
  const counts = new Map<string, Read>();
  for (let fromMs = startMs; fromMs < endMs; fromMs += POINTS_MAX * stepMs) {
    const toMs = Math.min(endMs, fromMs + POINTS_MAX * stepMs);
    const query = new URLSearchParams({ step, from: String(fromMs), to: String(toMs) });
    const { body } = await api.ask("GET", `/stats?${query.toString()}`);
    for (const { policy, consumer, counts: told, peaks } of toItems(toItem(body)["usage"])) {
      const one = { policy: String(policy), consumer: String(consumer) };
      const id = `${one.policy}\n${one.consumer}`;
      const known = counts.get(id) ?? { ...one, counts: toZeros(points), peaks: toZeros(points) };
      counts.set(id, known);
      const place = (fromMs - startMs) / stepMs;
      copyInto(known.counts, told, place);
      copyInto(known.peaks, peaks, place);
    }
  }
  const times = Array.from({ length: points }, (_, at) => startMs + at * stepMs);
  const series: readonly UsageSeries[] = [...counts.values()];
  return { times, series };
}

interface Read {
  readonly policy: string;
  readonly consumer: string;
  readonly counts: number[];
  readonly peaks: number[];
}

const toZeros = (length: number): number[] => Array.from({ length }, () => 0);

/** Gateways of an earlier version tell no peaks. */
function copyInto(columns: number[], told: unknown, from: number): void {
  for (const [at, count] of (Array.isArray(told) ? told : []).entries())
    // oxlint-disable-next-line no-param-reassign -- it is what is filled
    if (from + at < columns.length) columns[from + at] = Number(count);
}
