// Times and durations as people read them: "in 42 min (15:04:31)" and "1h". --json has the milliseconds.

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
] as const;
const WORDS: Readonly<Record<string, string>> = { d: "d", h: "h", m: "min", s: "s" };

/** "1h", "90s": the largest unit that says it without a fraction, as a configuration has it; undefined for no duration. */
export function toDuration(ms: unknown): string | undefined {
  if (typeof ms !== "number" || !Number.isFinite(ms)) return undefined;
  for (const [unit, unitMs] of UNITS) if (ms >= unitMs && ms % unitMs === 0) return `${ms / unitMs}${unit}`;
  return ms === 0 ? "0s" : `${ms / 1_000}s`;
}

/** "in 42 min (15:04:31)", rounded up to the second; with the day where it is not today's. UTC. */
export function toWait(ms: unknown, nowMs: number): string | undefined {
  if (typeof ms !== "number" || !Number.isFinite(ms)) return undefined;
  return ms <= 0 ? "now" : `in ${toRough(ms)} (${toClock(nowMs + ms, nowMs)})`;
}

/** The same of an instant: "2 h ago (13:04:31)" where it is over. */
export function toInstant(atMs: unknown, nowMs: number): string | undefined {
  if (typeof atMs !== "number" || !(Math.abs(atMs) <= 8.64e15)) return undefined;
  if (atMs > nowMs) return toWait(atMs - nowMs, nowMs);
  return `${toRough(nowMs - atMs)} ago (${toClock(atMs, nowMs)})`;
}

/** The largest unit of which there are at least two, or one where nothing is left over; rounded up. */
function toRough(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  for (const [unit, unitMs] of UNITS) {
    const count = seconds / (unitMs / 1_000);
    if (count >= 2 || count === 1) return `${Math.ceil(count)} ${WORDS[unit] ?? unit}`;
  }
  return `${seconds} s`;
}

function toClock(atMs: number, nowMs: number): string {
  const [day, time = ""] = toIso(Math.ceil(atMs / 1_000) * 1_000).split("T");
  const clock = time.slice(0, 8);
  return toIso(nowMs).startsWith(day ?? "") ? clock : `${day ?? ""} ${clock}`;
}

const toIso = (ms: number): string => new Date(ms).toISOString();
