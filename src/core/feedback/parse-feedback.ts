// Reads what a pool's `feedback` refers to: scopes of its profile, and the pool's policies that stand for them.

import type * as v from "valibot";
import type { FeedbackSettings, feedbackSchema } from "./feedback-schema.ts";
import { type ProfileName, profiles } from "./profiles/registry.ts";
import type { Profile } from "./reading.ts";
import type { Problem } from "../result.ts";
import { toEntries } from "../schema/list-of.ts";
import { isObject, toInvalid } from "../schema/parse-with.ts";

/** Finds problems of the scopes that a pool's `feedback` names. What has no shape is reported elsewhere. */
export function findScopeProblems(feedback: unknown, path: string, policies: unknown): readonly Problem[] {
  const { profile, scopes }: Readonly<Record<string, unknown>> = isObject(feedback) ? feedback : {};
  if (!isProfile(profile) || !isObject(scopes)) return [];
  const { scopes: known } = profiles[profile];
  const names = toEntries(policies).filter((name) => typeof name === "string");
  const problems: Problem[] = [];
  for (const [scope, policy] of Object.entries(scopes)) {
    const at = `${path}.scopes.${scope}`;
    if (!known.includes(scope)) {
      const wanted = "must be a scope of the profile";
      problems.push(toInvalid(at, { wanted, given: scope, code: "unknown-scope", known }));
    }
    if (typeof policy === "string" && !names.includes(policy)) {
      const wanted = "must name a policy of the pool";
      problems.push(toInvalid(at, { wanted, given: policy, code: "unknown-policy", known: names }));
    }
  }
  return problems;
}

/** Whether the origin is an API of language models. */
export function isOfModels({ profile }: Pick<FeedbackSettings, "profile">): boolean {
  const { isOfModels: isIt }: Profile = profiles[profile];
  return isIt === true;
}

const isProfile = (name: unknown): name is ProfileName =>
  typeof name === "string" && Object.hasOwn(profiles, name);

/** The part of a policy that a pace is made of. */
interface CountedBy {
  readonly name: string;
  readonly limit: number;
  /** undefined where the limit has no window. */
  readonly windowMs: number | undefined;
}

/**
 * The settings, with every scope of the profile: in those without a policy the profile tells quotas apart, where it can and
 * is not told otherwise; else they count for the whole origin. Where there is one scope and one policy, they belong
 * together without being named.
 */
export function toFeedback(
  { profile, scopes, otherScopes, paceFrom, stopMax }: v.InferOutput<typeof feedbackSchema>,
  policies: readonly CountedBy[],
): FeedbackSettings {
  const { scopes: names, readingMs, windowsMs, toSubject }: Profile = profiles[profile];
  const isPair = names.length === 1 && policies.length === 1 && Object.keys(scopes).length === 0;
  const rules = { paceFromPercent: paceFrom, stopMsMax: stopMax, readingMs };
  return {
    profile,
    otherScopes,
    scopes: names.map((scope) => {
      const policy = isPair
        ? policies[0]
        : policies.find(({ name }) => Object.hasOwn(scopes, scope) && name === scopes[scope]);
      const { limit, windowMs } = policy ?? { limit: undefined, windowMs: windowsMs?.[scope] };
      // A rate needs both.
      const rate = windowMs === undefined ? { limit: undefined, windowMs } : { limit, windowMs };
      const hasSubjects = policy === undefined && toSubject !== undefined && otherScopes !== "pool";
      return { scope, policy: policy?.name, hasSubjects, rules: { ...rules, ...rate } };
    }),
  };
}
