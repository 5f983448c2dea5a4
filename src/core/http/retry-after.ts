// Reads a Retry-After field (RFC 9110 section 10.2.3): whole seconds or a date.

import { parseHttpDate } from "./http-date.ts";

/** Milliseconds from now, 0 when that time has come; undefined when the field cannot be read. */
export function parseRetryAfter(value: string | null | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1_000;
  const dateMs = parseHttpDate(text, nowMs);
  return dateMs === undefined ? undefined : Math.max(0, dateMs - nowMs);
}
