// A pool's `feedback`: the dialect in which its origin speaks of its own limits, and what its scopes are called here.

import * as v from "valibot";
import { findNearest } from "../config/find-nearest.ts";
import type { Policy } from "../config/config.ts";
import { isObject, object, showGiven } from "../config/parse-with.ts";
import { durationBetween, integerBetween, oneOf } from "../config/primitives.ts";
import type { Problem } from "../result.ts";
import type { FeedbackScope } from "./feedback-states.ts";
import { type ProfileName, profiles } from "./profiles/registry.ts";

const profileNames = Object.keys(profiles) as ProfileName[];
const SCOPES_WANTED = "must be an object of policies' names by scope";

export const feedbackSchema = object({
  profile: oneOf(profileNames),
  scopes: v.optional(
    v.pipe(
      v.custom<Readonly<Record<string, string>>>(
        (input) => isObject(input) && Object.values(input).every((name) => typeof name === "string"),
        SCOPES_WANTED,
      ),
    ),
    {},
  ),
  paceFrom: v.optional(integerBetween(50, 95), 80),
  stopMax: v.optional(durationBetween("1s", "24h"), "1h"),
});

/** What a pool does with what its origin says. */
export interface FeedbackSettings {
  readonly profile: ProfileName;
  readonly scopes: readonly FeedbackScope[];
}

/** Scopes that the profile does not have, and policies that the pool does not have. What has no shape is reported elsewhere. */
export function findScopeProblems(feedback: unknown, path: string, policies: unknown): readonly Problem[] {
  const { profile, scopes }: Readonly<Record<string, unknown>> = isObject(feedback) ? feedback : {};
  if (!isProfile(profile) || !isObject(scopes)) return [];
  const names = Array.isArray(policies) ? policies.filter((name) => typeof name === "string") : [];
  const problems = Object.entries(scopes).map(([scope, policy]) => {
    const at = `${path}.scopes.${scope}`;
    return [
      findUnknown(scope, profiles[profile].scopes, {
        at,
        code: "unknown-scope",
        wanted: "must be a scope of the profile",
      }),
      findUnknown(policy, names, { at, code: "unknown-policy", wanted: "must name a policy of the pool" }),
    ];
  });
  return problems.flat(2);
}

const isProfile = (name: unknown): name is ProfileName =>
  typeof name === "string" && Object.hasOwn(profiles, name);

function findUnknown(
  name: unknown,
  known: readonly string[],
  { at, code, wanted }: { readonly at: string; readonly code: string; readonly wanted: string },
): readonly Problem[] {
  if (typeof name !== "string" || known.includes(name)) return [];
  const nearest = findNearest(name, known);
  const hint = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
  return [{ path: at, code, message: `${wanted}, received ${showGiven(name)}${hint}` }];
}

/** With every scope of the profile: those that no policy stands for count for the whole origin. */
export function toFeedback(
  { profile, scopes, paceFrom, stopMax }: v.InferOutput<typeof feedbackSchema>,
  policies: readonly Policy[],
): FeedbackSettings {
  const { scopes: names, readingMs } = profiles[profile];
  const rules = { paceFromPercent: paceFrom, stopMsMax: stopMax, readingMs };
  return {
    profile,
    scopes: names.map((scope) => {
      const policy = policies.find(({ name }) => Object.hasOwn(scopes, scope) && name === scopes[scope]);
      const { limit, windowMs } = policy ?? {};
      // A rate needs both.
      const rate = windowMs === undefined ? { limit: undefined, windowMs } : { limit, windowMs };
      return { scope, policy: policy?.name, rules: { ...rules, ...rate } };
    }),
  };
}
