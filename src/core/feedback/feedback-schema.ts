// A pool's `feedback`: the dialect in which its origin reports its own limits, and the policies of its scopes.

import * as v from "valibot";
import { isObject, object } from "../schema/parse-with.ts";
import { durationBetween, integerBetween, oneOf } from "../schema/primitives.ts";
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
  otherScopes: v.optional(oneOf(["pool"])),
  paceFrom: v.optional(integerBetween(50, 95), 80),
  stopMax: v.optional(durationBetween("1s", "24h"), "1h"),
});

/** What a pool does with its origin's reports. */
export interface FeedbackSettings {
  readonly profile: ProfileName;
  readonly scopes: readonly FeedbackScope[];
  /** "pool": it is meant that scopes without a policy stop the whole pool, and nobody is warned of it. */
  readonly otherScopes: "pool" | undefined;
}
