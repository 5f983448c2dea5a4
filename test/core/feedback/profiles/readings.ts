// Answers for profiles, and what they read in them.

import type { OriginAnswer, Profile } from "../../../../src/core/feedback/reading.ts";

export const NOW_MS = 1_795_000_000_000;

export type Fields = Readonly<Record<string, string>>;

/** Of each reading what it says. */
export function read(
  profile: Profile,
  status: number,
  fields: Fields = {},
  body?: unknown,
): readonly Readonly<Record<string, unknown>>[] {
  const answer: OriginAnswer = { status, field: (name) => fields[name], body, nowMs: NOW_MS };
  return profile
    .readings(answer)
    .map((reading) => Object.fromEntries(Object.entries(reading).filter(([, value]) => value !== undefined)));
}
