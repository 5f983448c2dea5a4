// Consumers that take much more than they usually do at this hour: each held against its own last seven days, by the median
// of those hours and how far they usually lie from it (MAD). Robust: one day of flood does not make the next one usual.
// It is told, and nothing is done for it.

export interface UsageSeries {
  readonly policy: string;
  readonly consumer: string;
  readonly counts: readonly number[];
}

export interface UsageByTime {
  /** The beginnings of the points, ascending. */
  readonly times: readonly number[];
  readonly series: readonly UsageSeries[];
}

export interface Unusual {
  readonly policy: string;
  readonly consumer: string;
  /** The minute, and what was taken in it. */
  readonly atMs: number;
  readonly units: number;
  /** In a minute of such an hour. */
  readonly usual: number;
  /** By how many usual distances it lies above that. */
  readonly score: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_HOURS = 24;
const HOUR_MINUTES = 60;
/** The hour itself and its neighbours: people do not keep to the clock. */
const HOURS_AROUND = 1;
const DAYS = 7;
/** Of fewer days nobody can say what is usual. */
const DAYS_MIN = 3;
/** As much as makes it worth a word. */
const SCORE_MIN = 6;
/** What the MAD of a normal distribution is to be multiplied by for its standard deviation. */
const MAD_TO_DEVIATION = 1.4826;
/** A busy minute is no news where hardly anything is usual. */
const UNITS_MIN = 20;

/** `minutes` are looked at, by what `hours` say is usual. The most unusual first, of each consumer and policy one. */
export function findUnusual(minutes: UsageByTime, hours: UsageByTime): readonly Unusual[] {
  const known = new Map(hours.series.map((one) => [toId(one), one]));
  return minutes.series
    .flatMap((one) => {
      const past = known.get(toId(one));
      const found = past && findMost(one, minutes.times, { times: hours.times, counts: past.counts });
      return found === undefined ? [] : [found];
    })
    .sort((one, other) => other.score - one.score);
}

interface Past {
  readonly times: readonly number[];
  readonly counts: readonly number[];
}

function findMost(
  { policy, consumer, counts }: UsageSeries,
  times: readonly number[],
  past: Past,
): Unusual | undefined {
  let most: Unusual | undefined;
  for (const [at, units] of counts.entries()) {
    const atMs = times[at] ?? 0;
    if (units < UNITS_MIN || units <= (most?.units ?? 0)) continue;
    const usual = toUsual(past, atMs);
    if (usual === undefined) continue;
    const score = (units - usual.median) / usual.distance;
    if (score >= SCORE_MIN) most = { policy, consumer, atMs, units, usual: usual.median, score };
  }
  return most;
}

/** Units in a minute at this hour of the days before; undefined: too few of them are known. */
export function toUsual(
  { times, counts }: Past,
  atMs: number,
): { readonly median: number; readonly distance: number } | undefined {
  const firstMs = times[counts.findIndex((count) => count > 0)];
  if (firstMs === undefined) return undefined;
  const hourMs = atMs - (atMs % HOUR_MS);
  const byTime = new Map(times.map((timeMs, at) => [timeMs, counts[at] ?? 0]));
  const rates: number[] = [];
  let days = 0;
  for (let day = 1; day <= DAYS; day += 1) {
    const dayMs = hourMs - day * DAY_HOURS * HOUR_MS;
    if (dayMs < firstMs - (firstMs % HOUR_MS)) break;
    days += 1;
    for (let around = -HOURS_AROUND; around <= HOURS_AROUND; around += 1)
      rates.push((byTime.get(dayMs + around * HOUR_MS) ?? 0) / HOUR_MINUTES);
  }
  if (days < DAYS_MIN) return undefined;
  const median = toMedian(rates);
  const spread = MAD_TO_DEVIATION * toMedian(rates.map((rate) => Math.abs(rate - median)));
  // Minutes differ by chance alone, by the root of what they have, and more than hours do.
  return { median, distance: Math.max(spread, Math.sqrt(median), 1) };
}

function toMedian(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}

const toId = ({ policy, consumer }: UsageSeries): string => `${policy}\n${consumer}`;
