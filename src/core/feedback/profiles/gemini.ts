// Google's Gemini API: nothing before a refusal, whose body has the wait (RetryInfo) and the quota's id, which says whether it
// is of a minute or of a day (ai.google.dev/gemini-api/docs/rate-limits). The model stands in the path.

import { member, type OriginAnswer, type Profile, type Reading } from "../reading.ts";
import { PROBE_MS, readReset } from "./model-limits.ts";

const MINUTE = "minute";
const DAY = "day";
const DAY_PROBE_MS = 600_000;
const DETAILS_MAX = 20;
const MODEL = /\/models\/([^/:]+)/;

export const gemini: Profile = {
  scopes: [MINUTE, DAY],
  bodyStatuses: [429],
  readingMs: 60_000,
  errors: "gemini",
  credential: { headers: ["x-goog-api-key", "authorization"], query: "key" },
  toSubject: (_, { path, token }) => `${MODEL.exec(path)?.[1] ?? ""} ${token}`,
  isOfModels: true,
  isTransient: ({ status }) => status === 503,
  readings: (answer) => (answer.status === 429 ? [readRefusal(answer)] : []),
};

function readRefusal({ body, nowMs }: OriginAnswer): Reading {
  // A request for a stream that is none gets a list with the error in it.
  const whole = Array.isArray(body) ? (body as readonly unknown[])[0] : body;
  const given = member(member(whole, "error"), "details");
  const details = Array.isArray(given) ? given.slice(0, DETAILS_MAX) : [];
  const delay = details
    .map((detail) => member(detail, "retryDelay"))
    .find((value) => typeof value === "string");
  const isDaily = details.some((detail) => isOfDay(detail));
  return {
    scope: isDaily ? DAY : MINUTE,
    stopMs: readReset(delay, nowMs),
    probeAfterMs: isDaily ? DAY_PROBE_MS : PROBE_MS,
    isRefused: true,
  };
}

function isOfDay(detail: unknown): boolean {
  const violations = member(detail, "violations");
  if (!Array.isArray(violations)) return false;
  return violations
    .slice(0, DETAILS_MAX)
    .some((violation) => /PerDay/i.test(String(member(violation, "quotaId"))));
}
