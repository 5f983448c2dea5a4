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

export type FeedbackSettings = v.InferOutput<typeof feedbackSchema>;

/** Scopes that the profile does not have, and policies that the configuration does not have. */
export function findScopeProblems(
  feedback: FeedbackSettings | undefined,
  path: string,
  policyNames: readonly string[],
): readonly Problem[] {
  if (feedback === undefined) return [];
  const { scopes: known } = profiles[feedback.profile];
  const problems = Object.entries(feedback.scopes).map(([scope, policy]) => {
    const at = `${path}.scopes.${scope}`;
    return [
      findUnknown(scope, known, { path: at, kind: "scope" }),
      findUnknown(policy, policyNames, { path: at, kind: "policy" }),
    ];
  });
  return problems.flat(2);
}

function findUnknown(
  name: string,
  known: readonly string[],
  { path, kind }: { readonly path: string; readonly kind: "scope" | "policy" },
): readonly Problem[] {
  if (known.includes(name)) return [];
  const nearest = findNearest(name, known);
  const hint = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
  const wanted = kind === "scope" ? `must be one of ${known.join(", ")}` : "must name a policy";
  return [{ path, code: `unknown-${kind}`, message: `${wanted}, received ${showGiven(name)}${hint}` }];
}

/** The scopes as isolates count them. */
export function toFeedbackScopes(
  { profile, scopes, paceFrom, stopMax }: FeedbackSettings,
  policies: readonly Policy[],
): readonly FeedbackScope[] {
  const { scopes: names, readingMs } = profiles[profile];
  return names.map((scope) => {
    const policy = policies.find(({ name }) => Object.hasOwn(scopes, scope) && name === scopes[scope]);
    // A rate needs both.
    const { limit, windowMs } = policy ?? {};
    const rate = windowMs === undefined ? undefined : { limit, windowMs };
    return {
      scope,
      policy: policy?.name,
      rules: {
        paceFromPercent: paceFrom,
        stopMsMax: stopMax,
        readingMs,
        limit: rate?.limit,
        windowMs: rate?.windowMs,
      },
    };
  });
}
