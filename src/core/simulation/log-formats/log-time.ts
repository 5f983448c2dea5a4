// Times as logs write them. Each says its zone, but HAProxy's; a number is told apart by its size.

import { toCivilDay } from "../../algorithms/calendars/civil-days.ts";
import { parseInstant } from "../../http/rfc3339.ts";

const DAY_MS = 86_400_000;
const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
const BRACKETED = /^(\d\d)\/(\w{3})\/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?: ([+-])(\d\d)(\d\d))?$/;

/** The last one, since lines come in runs of a second. */
let last: { readonly text: string; readonly atMs: number | undefined } = { text: "", atMs: undefined };

/** "28/Nov/2026:09:10:16 +0000": epoch milliseconds; without a zone it is UTC. undefined: it is no such time. */
export function parseLogTime(text: string): number | undefined {
  if (text !== last.text) last = { text, atMs: readLogTime(text) };
  return last.atMs;
}

function readLogTime(text: string): number | undefined {
  const [
    whole,
    day,
    name = "",
    year,
    hour,
    minute,
    second,
    fraction = "0",
    sign,
    hours = "0",
    minutes = "0",
  ] = BRACKETED.exec(text) ?? [];
  const month = MONTHS.indexOf(name);
  if (whole === undefined || month === -1 || month % 3 !== 0) return undefined;
  const dayMs = toCivilDay(Number(year), month / 3 + 1, Number(day)) * DAY_MS;
  const atMs = dayMs + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1_000;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === "-" ? -1 : 1);
  return atMs - offsetMs + Math.floor(Number(`0.${fraction}`) * 1_000);
}

/** A date and time (RFC 3339), or a number of seconds, milliseconds, microseconds or nanoseconds since 1970. */
export function parseJsonTime(value: unknown): number | undefined {
  if (typeof value === "number") return toEpochMs(value);
  if (typeof value !== "string" || value === "") return undefined;
  if (/^\d{9,19}(?:\.\d+)?$/.test(value)) return toEpochMs(Number(value));
  const bracketed = value.startsWith("[") ? value.slice(1, -1) : value;
  const atMs = parseLogTime(bracketed) ?? (/^\d{4}-\d\d-\d\d[T ]/.test(value) ? parseInstant(value) : NaN);
  return Number.isFinite(atMs) ? atMs : undefined;
}

/** 2001 to 2286 in each unit. */
function toEpochMs(number: number): number | undefined {
  if (number >= 1e18 && number < 1e19) return Math.floor(number / 1e6);
  if (number >= 1e15 && number < 1e16) return Math.floor(number / 1e3);
  if (number >= 1e12 && number < 1e13) return Math.floor(number);
  return number >= 1e9 && number < 1e10 ? Math.floor(number * 1_000) : undefined;
}
