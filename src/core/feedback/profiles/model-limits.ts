// What the APIs of language models have in common: requests are counted, tokens are a share of a bucket that fills up again,
// a reset is written in any of several ways, and a 429 may be about money, which no waiting brings back.

import { parseRetryAfter } from "../../http/retry-after.ts";
import { parseInstant } from "../../http/rfc3339.ts";
import { member, type OriginAnswer, readInteger, type Reading } from "../reading.ts";

export const REQUESTS = "requests";
export const TOKENS = "tokens";
/** Where a refusal names no wait. */
export const PROBE_MS = 1_000;

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const DURATION = /^(?:\d{1,9}(?:\.\d{1,9})?(?:ms|s|m|h|d)){1,6}$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/** "6m0s", "12ms", "1.5s", "7", or an instant (RFC 3339): milliseconds from now; undefined for what is none of these. */
export function readReset(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}(?:\.\d{1,9})?$/.test(text)) return Number(text) * 1_000;
  if (/^\d{4}-\d\d-\d\dT/.test(text)) {
    const atMs = parseInstant(text);
    return Number.isFinite(atMs) ? Math.max(0, atMs - nowMs) : undefined;
  }
  if (!DURATION.test(text)) return undefined;
  return [...text.matchAll(PART)].reduce(
    (sum, [, count, unit = ""]) => sum + Number(count) * (UNITS_MS[unit] ?? 0),
    0,
  );
}

interface Names {
  readonly remaining: string;
  readonly limit: string;
  readonly reset: string;
}

/** A count of calls. A count below nothing, which some send for what they do not know, is none. */
export function readCalls(answer: OriginAnswer, scope: string, names: Names): readonly Reading[] {
  const remaining = readInteger(answer, names.remaining);
  if (remaining === undefined) return [];
  const limit = readInteger(answer, names.limit);
  return [{ scope, remaining, limit, resetMs: readReset(answer.field(names.reset), answer.nowMs) }];
}

/** Tokens are no calls: a share says how near the end is, whatever a call takes. */
export function readShare(answer: OriginAnswer, scope: string, names: Names): readonly Reading[] {
  const remaining = readInteger(answer, names.remaining);
  const limit = readInteger(answer, names.limit) ?? 0;
  if (remaining === undefined || limit === 0) return [];
  const resetMs = readReset(answer.field(names.reset), answer.nowMs);
  return [{ scope, usagePercent: Math.max(0, (1 - remaining / limit) * 100), resetMs }];
}

/** How long the origin says to wait: in milliseconds where it says that too, which is finer. */
export function readWait({ field, nowMs }: OriginAnswer): number | undefined {
  const ms = field("retry-after-ms");
  if (ms !== undefined && /^\d{1,9}(?:\.\d{1,9})?$/.test(ms)) return Number(ms);
  return parseRetryAfter(field("retry-after"), nowMs);
}

/** The member `name` of the body's `error`, where it is a text. */
export function readError({ body }: OriginAnswer, name: string): string {
  const value = member(member(body, "error"), name);
  return typeof value === "string" ? value : "";
}
