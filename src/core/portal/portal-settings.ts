// The settings of a configuration's `portal`: what consumers see of their own limits and may do about them. Where it is left
// out there is none.

import * as v from "valibot";
import { object, toInvalid } from "../schema/parse-with.ts";
import { integerBetween, LIMIT_MAX, NAME, NAME_WANTED, textLike, textThat } from "../schema/primitives.ts";
import { parseInstant } from "../http/rfc3339.ts";
import type { Problem } from "../result.ts";

const KEYS_MAX = 100;
const ANNOUNCED_MAX = 100;
const NOTE_LENGTH_MAX = 200;

const NOTE_WANTED = `must be 1 to ${NOTE_LENGTH_MAX} characters`;
const DATE = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ)?$/;
const date = textThat(
  (text) => DATE.test(text) && !Number.isNaN(parseInstant(text)),
  'must be a date or an instant in UTC, such as "2027-01-01" or "2027-01-01T12:00:00Z"',
);

/** What is going to change: said, and not done. */
export const announcedEntries = {
  policy: textLike(NAME, NAME_WANTED),
  tier: v.optional(textLike(NAME, NAME_WANTED)),
  limit: integerBetween(0, LIMIT_MAX),
  from: v.pipe(date, v.transform(parseInstant)),
  note: v.optional(
    v.pipe(v.string(NOTE_WANTED), v.minLength(1, NOTE_WANTED), v.maxLength(NOTE_LENGTH_MAX, NOTE_WANTED)),
  ),
};

export const portalSchema = object({
  keysMax: v.optional(integerBetween(0, KEYS_MAX), 5),
  announced: v.optional(
    v.pipe(
      v.array(object(announcedEntries), "must be a list of changes"),
      v.maxLength(ANNOUNCED_MAX, `must name at most ${ANNOUNCED_MAX} changes`),
    ),
    [],
  ),
});

export type PortalSettings = v.InferOutput<typeof portalSchema>;

/** What it says of policies and tiers that are not there. */
export function findPortalProblems(
  settings: PortalSettings | undefined,
  { policies, tiers }: { readonly policies: readonly string[]; readonly tiers: readonly string[] },
): readonly Problem[] {
  return (settings?.announced ?? []).flatMap(({ policy, tier }, at) => {
    const path = `portal.announced.${at}`;
    const problems: Problem[] = [];
    if (!policies.includes(policy))
      problems.push(toUnknown(`${path}.policy`, { kind: "policy", given: policy, known: policies }));
    if (tier !== undefined && !tiers.includes(tier))
      problems.push(toUnknown(`${path}.tier`, { kind: "tier", given: tier, known: tiers }));
    return problems;
  });
}

function toUnknown(
  path: string,
  {
    kind,
    given,
    known,
  }: { readonly kind: string; readonly given: string; readonly known: readonly string[] },
): Problem {
  return toInvalid(path, { wanted: `must name a ${kind}`, given, code: `unknown-${kind}`, known });
}
