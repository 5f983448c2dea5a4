// How figures are written: short enough to be read at a glance, and never more exact than they are.

const COUNT = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
/** What is not known. */
export const NONE = "–";

/** 9,999 in full, 12.3K above. */
export const toCount = (count: number): string => (count < 10_000 ? COUNT : COMPACT).format(count);

export const toExact = (count: number): string => COUNT.format(count);

/** "12 %"; what is not nothing is never written as 0, and what is not all never as 100. */
export function toPercent(part: number, whole: number): string {
  if (whole === 0) return NONE;
  const percent = (part / whole) * 100;
  if (percent > 0 && percent < 0.1) return "<0.1 %";
  if (percent > 99 && percent < 100) return ">99 %";
  return `${percent < 10 ? percent.toFixed(1).replace(/\.0$/, "") : percent.toFixed(0)} %`;
}

/** "3 ms", "1.2 s", "4 min", "3 h", "2 d". */
export function toDuration(ms: number | null | undefined): string {
  if (ms === undefined || ms === null) return NONE;
  if (ms < 999.5) return `${ms < 10 ? ms.toFixed(1).replace(/\.0$/, "") : ms.toFixed(0)} ms`;
  const steps = [
    [60, 1_000, "s"],
    [60, 60_000, "min"],
    [48, 3_600_000, "h"],
    [Infinity, 86_400_000, "d"],
  ] as const;
  const [, unit, name] = steps.find(([most, one]) => ms / one < most) ?? steps[3];
  const value = ms / unit;
  return `${value < 10 ? value.toFixed(1).replace(/\.0$/, "") : value.toFixed(0)} ${name}`;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** The reader's own clock: "12:04:31". */
export function toClock(timeMs: number): string {
  const time = new Date(timeMs);
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** "12:04" where columns are minutes or hours of a day, "28 Nov" where they are of a month. */
export function toTick(timeMs: number, spanMs: number): string {
  const time = new Date(timeMs);
  if (spanMs > 172_800_000) return time.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  return `${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** A whole moment, for tables; with its year where that is another than now. */
export function toMoment(timeMs: number, nowMs = Date.now()): string {
  const time = new Date(timeMs);
  const year = time.getFullYear() === new Date(nowMs).getFullYear() ? {} : ({ year: "numeric" } as const);
  return `${time.toLocaleDateString("en-GB", { day: "numeric", month: "short", ...year })} ${toClock(timeMs)}`;
}
