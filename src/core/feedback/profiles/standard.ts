// The fields that many origins have: Retry-After (RFC 9110), X-RateLimit-* and its spellings, and RateLimit of
// draft-ietf-httpapi-ratelimit-headers: -07 as a dictionary, from -08 on as a list of named items.

import { parseDictionary } from "../../http/structured-dictionary.ts";
import { parseRetryAfter } from "../../http/retry-after.ts";
import { type OriginAnswer, type Profile, readInteger, type Reading } from "../reading.ts";

const SCOPE = "origin";
const PREFIXES = ["x-ratelimit", "x-rate-limit", "ratelimit"];
/** The least reset that is epoch seconds, and epoch milliseconds: below the first are three years of seconds. */
const EPOCH_SECONDS_MIN = 1e8;
const EPOCH_MS_MIN = 1e11;
const MEMBERS_MAX = 20;
const STRING = '"(?:[ !#-\\[\\]-~]|\\\\["\\\\])*"';
const ITEM = new RegExp(
  ` *(${STRING})((?:; *[a-z*][a-z0-9_.*-]*(?:=(?:${STRING}|[A-Za-z0-9:?*+/=._-]+))?)*)[\\t ]*(?:,[\\t ]*|$)`,
  "y",
);

export const standard: Profile = {
  scopes: [SCOPE],
  bodyStatuses: [],
  readingMs: 60_000,
  countsCalls: true,
  readings: (answer) => {
    const readings = [...PREFIXES.map((prefix) => readFields(answer, prefix)), ...readDraft(answer)];
    return [...readings.filter(({ remaining }) => remaining !== undefined), ...readRefusal(answer)];
  },
};

/** `<prefix>-limit`, `-remaining` and `-reset`. A reset is epoch seconds or a number of seconds: their size tells. */
export function readFields(answer: OriginAnswer, prefix: string, scope = SCOPE): Reading {
  const reset = readInteger(answer, `${prefix}-reset`);
  return {
    scope,
    remaining: readInteger(answer, `${prefix}-remaining`),
    limit: readInteger(answer, `${prefix}-limit`),
    resetMs: reset === undefined ? undefined : toResetMs(reset, answer.nowMs),
  };
}

function toResetMs(reset: number, nowMs: number): number {
  if (reset < EPOCH_SECONDS_MIN) return reset * 1_000;
  return Math.max(0, (reset < EPOCH_MS_MIN ? reset * 1_000 : reset) - nowMs);
}

/** A refusal: 429, and 503 with a Retry-After. */
function readRefusal(answer: OriginAnswer): readonly Reading[] {
  const stopMs = parseRetryAfter(answer.field("retry-after"), answer.nowMs);
  if (answer.status !== 429 && (answer.status !== 503 || stopMs === undefined)) return [];
  return [{ scope: SCOPE, stopMs, isRefused: true }];
}

function readDraft({ field }: OriginAnswer): readonly Reading[] {
  const text = field("ratelimit");
  if (text === undefined) return [];
  const items = parseItems(text);
  if (items.size > 0) {
    const quotas = parseItems(field("ratelimit-policy") ?? "");
    return [...items].map(([name, { r, t }]) => toReading(r, quotas.get(name)?.["q"], t));
  }
  const dictionary = parseDictionary(text);
  const read = (key: string): number | undefined => {
    const value = dictionary?.get(key);
    return value?.type === "integer" ? value.value : undefined;
  };
  return [toReading(read("remaining"), read("limit"), read("reset"))];
}

function toReading(
  remaining: number | undefined,
  limit: number | undefined,
  seconds: number | undefined,
): Reading {
  const resetMs = seconds === undefined || seconds < 0 ? undefined : seconds * 1_000;
  return {
    scope: SCOPE,
    remaining: remaining === undefined ? undefined : Math.max(0, remaining),
    limit,
    resetMs,
  };
}

/** The integer parameters of each item by the item's name; none at all when the field fails to parse (RFC 9651). */
function parseItems(text: string): ReadonlyMap<string, Readonly<Record<string, number>>> {
  const items = new Map<string, Readonly<Record<string, number>>>();
  for (let at = 0; at < text.length && items.size < MEMBERS_MAX; at = ITEM.lastIndex) {
    ITEM.lastIndex = at;
    const [, name = "", parameters = ""] = ITEM.exec(text) ?? [];
    if (name === "") return new Map();
    const pairs = [...parameters.matchAll(/; *([a-z]+)=(\d{1,15})(?=;|$)/g)];
    items.set(name, Object.fromEntries(pairs.map(([, key = "", digits]) => [key, Number(digits)])));
  }
  return items;
}
