// Consumers that take much more than they usually do at this hour: each held against its own last seven days, by the median
// of that hour and how far its days usually lie from it (MAD), and against the same hour of the week. Robust: one day of flood
// does not make the next one usual. It is told, and nothing is done for it.

export interface UsageSeries {
  readonly policy: string;
  readonly consumer: string;
  readonly counts: readonly number[];
  /** Of hours: the units of their busiest minutes, 0 where minutes hardly differ. */
  readonly peaks?: readonly number[] | undefined;
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

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HOUR_MINUTES = 60;
const DAYS = 7;
/** Of fewer days nobody can say what is usual. */
const DAYS_MIN = 3;
/** Who works on Mondays alone is known by its Mondays. */
const WEEKS = 4;
const WEEKS_MIN = 2;
/** As much as makes it worth a word. */
const SCORE_MIN = 6;
/** Less than twice as much is not much more, however even the days are. */
const TIMES_MIN = 2;
/** What the MAD of a normal distribution is to be multiplied by for its standard deviation. */
const MAD_TO_DEVIATION = 1.4826;
/** A busy minute is no news where hardly anything is usual. */
export const UNITS_MIN = 20;

/** What is usual in a minute of an hour, and how far its days usually lie from it. */
export interface Usual {
  readonly median: number;
  readonly distance: number;
}

/** What a consumer took by hours. */
export interface TakenByHour {
  /** The hour since which it is known. */
  readonly firstMs: number;
  /** Units in a minute of the hour that begins then. */
  readonly rateAt: (hourMs: number) => number;
}

/** `minutes` are looked at, by what `hours` say is usual. The most unusual first, of each consumer and policy one. */
export function findUnusual(minutes: UsageByTime, hours: UsageByTime): readonly Unusual[] {
  const known = new Map(hours.series.map((one) => [toId(one), one]));
  return minutes.series
    .flatMap((one) => {
      const past = known.get(toId(one));
      const found = past && findMost(one, minutes.times, { times: hours.times, ...past });
      return found === undefined ? [] : [found];
    })
    .sort((one, other) => other.score - one.score);
}

function findMost(
  { policy, consumer, counts }: UsageSeries,
  times: readonly number[],
  past: Past,
): Unusual | undefined {
  const taken = toTaken(past);
  if (taken === undefined) return undefined;
  let most: Unusual | undefined;
  for (const [at, units] of counts.entries()) {
    const atMs = times[at] ?? 0;
    if (units <= (most?.units ?? 0)) continue;
    const judged = judge(units, () => toUsual(taken, atMs));
    if (judged !== undefined) most = { policy, consumer, atMs, units, ...judged };
  }
  return most;
}

interface Past {
  readonly times: readonly number[];
  readonly counts: readonly number[];
  readonly peaks?: UsageSeries["peaks"];
}

/** undefined: it never took anything. */
function toTaken({ times, counts, peaks = [] }: Past): TakenByHour | undefined {
  const firstMs = times[counts.findIndex((count) => count > 0)];
  if (firstMs === undefined) return undefined;
  // Of an hour its busiest minute counts, where that is known: as in usual-hours.ts, by which alerts are sent.
  const byTime = new Map(times.map((timeMs, at) => [timeMs, toRate(counts[at], peaks[at])]));
  return { firstMs: toHourMs(firstMs), rateAt: (hourMs) => byTime.get(hourMs) ?? 0 };
}

const toRate = (units = 0, peak = 0): number => (peak > 0 ? peak : units / HOUR_MINUTES);

/** How unusual a minute is in which so much was taken; undefined: it is not. What is usual is asked for only where it matters. */
export function judge(
  units: number,
  toKnown: () => Usual | undefined,
): Pick<Unusual, "usual" | "score"> | undefined {
  if (units < UNITS_MIN) return undefined;
  const usual = toKnown();
  if (usual === undefined) return undefined;
  const score = (units - usual.median) / usual.distance;
  return score < SCORE_MIN ? undefined : { usual: usual.median, score };
}

/** Units in a minute at this hour of the days before; undefined: too few of them are known. */
export function toUsual(taken: TakenByHour, atMs: number): Usual | undefined {
  const days = listRates(taken, { atMs, stepMs: DAY_MS, most: DAYS });
  if (days.length < DAYS_MIN) return undefined;
  const weeks = listRates(taken, { atMs, stepMs: DAYS * DAY_MS, most: WEEKS });
  const ofDays = toMedian(days);
  const median = Math.max(ofDays, weeks.length < WEEKS_MIN ? 0 : toMedian(weeks));
  const spread = MAD_TO_DEVIATION * toMedian(days.map((rate) => Math.abs(rate - ofDays)));
  // Minutes differ by chance alone, by the root of what they have, and more than hours do.
  const least = (median * (TIMES_MIN - 1)) / SCORE_MIN;
  return { median, distance: Math.max(spread, Math.sqrt(median), least, 1) };
}

interface Steps {
  readonly atMs: number;
  readonly stepMs: number;
  readonly most: number;
}

/** Of this hour so many days or weeks before, as long as it is known: with its neighbours, for people do not keep to the clock. */
function listRates({ firstMs, rateAt }: TakenByHour, { atMs, stepMs, most }: Steps): readonly number[] {
  const hourMs = toHourMs(atMs);
  const rates: number[] = [];
  for (let step = 1; step <= most && hourMs - step * stepMs >= firstMs; step += 1) {
    const thenMs = hourMs - step * stepMs;
    rates.push(Math.max(...[-HOUR_MS, 0, HOUR_MS].map((besideMs) => rateAt(thenMs + besideMs))));
  }
  return rates;
}

/** The hours that are looked at: those since the first number, and these. */
export function toLookedAt(atMs: number): { readonly sinceMs: number; readonly hoursMs: readonly number[] } {
  const hourMs = toHourMs(atMs);
  const weeks = Array.from({ length: WEEKS - 1 }, (_, at) => hourMs - (at + 2) * DAYS * DAY_MS);
  return {
    sinceMs: hourMs - DAYS * DAY_MS - HOUR_MS,
    hoursMs: weeks.flatMap((thenMs) => [thenMs - HOUR_MS, thenMs, thenMs + HOUR_MS]),
  };
}

export const toHourMs = (atMs: number): number => atMs - (atMs % HOUR_MS);

function toMedian(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}

const toId = ({ policy, consumer }: UsageSeries): string => `${policy}\n${consumer}`;
