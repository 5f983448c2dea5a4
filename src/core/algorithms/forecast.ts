// When a quota will be used up, at the pace at which it was used since its window began. Only of what comes back all at
// once: a bucket or a sliding window gives back all the time.

import { toPeriod } from "./calendars/calendar-period.ts";
import type { QuotaConfig } from "./quota.ts";

/** Of a shorter window nobody needs to know: it is whole again before anybody has read of it. */
const WINDOW_MS_MIN = 3_600_000;
/** A window that has just begun says nothing of its pace. */
const ELAPSED_SHARE_MIN = 0.02;

interface Forecasted {
  readonly algorithm: string;
  readonly settings: unknown;
  readonly windowMs: number | undefined;
}

export interface QuotaUse {
  readonly used: number;
  readonly remaining: number;
  /** Until it is whole again. */
  readonly resetMs: number;
}

/** Milliseconds until nothing is left; undefined: it lasts until it is whole again, or nobody can say. */
export function toGoneInMs(policy: Forecasted, use: QuotaUse, nowMs: number): number | undefined {
  const { used, remaining, resetMs } = use;
  const lengthMs = toLengthMs(policy, nowMs);
  if (lengthMs === undefined || lengthMs < WINDOW_MS_MIN || used <= 0 || remaining <= 0) return undefined;
  const elapsedMs = lengthMs - resetMs;
  if (elapsedMs < lengthMs * ELAPSED_SHARE_MIN) return undefined;
  const goneInMs = Math.round((remaining * elapsedMs) / used);
  return goneInMs < resetMs ? goneInMs : undefined;
}

/** Of the window that holds now. */
function toLengthMs({ algorithm, settings, windowMs }: Forecasted, nowMs: number): number | undefined {
  if (algorithm === "fixed-window") return windowMs;
  if (algorithm !== "quota") return undefined;
  const { startMs, endMs } = toPeriod(settings as QuotaConfig, nowMs);
  return endMs - startMs;
}
