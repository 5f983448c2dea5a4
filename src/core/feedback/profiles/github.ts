// GitHub's REST API. The primary limit: x-ratelimit-* with a budget for each resource; used up it is a 403 or 429 with
// nothing remaining. Secondary limits: a 403 or 429 with Retry-After, or with a message that names them; then the next
// try is a minute later, and later with each that fails (docs.github.com, "Rate limits for the REST API").

import { parseRetryAfter } from "../../http/retry-after.ts";
import { member, type OriginAnswer, type Profile, type Reading } from "../reading.ts";
import { readFields } from "./standard.ts";

const RESOURCES = ["core", "search", "code_search", "graphql"];
const SECONDARY = "secondary";
const SECONDARY_MS = 60_000;

export const github: Profile = {
  scopes: [...RESOURCES, SECONDARY],
  bodyStatuses: [403, 429],
  readingMs: 60_000,
  links: ["url", "*_url"],
  errors: "github",
  countsCalls: true,
  credential: { headers: ["authorization"] },
  // Every budget is of whoever the token is of; without one, of the address that the gateway calls from.
  toSubject: (scope, { path, token }) =>
    scope === SECONDARY || scope === toResource(path) ? token : undefined,
  readings: (answer) => {
    const resource = answer.field("x-ratelimit-resource") ?? "core";
    const isRefusal = answer.status === 403 || answer.status === 429;
    const primary = readFields(answer, "x-ratelimit", resource);
    const isUsedUp = isRefusal && primary.remaining === 0;
    const secondary = isRefusal && !isUsedUp ? readSecondary(answer) : [];
    // Unknown resources (there are some for single endpoints) must not stop the others.
    return RESOURCES.includes(resource) && primary.remaining !== undefined
      ? [{ ...primary, isRefused: isUsedUp }, ...secondary]
      : secondary;
  },
};

/** A path of GitHub Enterprise Server begins with /api. */
function toResource(path: string): string {
  if (/^\/(?:api\/)?graphql$/.test(path)) return "graphql";
  const [, search] = /^(?:\/api\/v3)?\/search\/([^/]+)/.exec(path) ?? [];
  if (search === undefined) return "core";
  return search === "code" ? "code_search" : "search";
}

function readSecondary({ status, field, body, nowMs }: OriginAnswer): readonly Reading[] {
  const stopMs = parseRetryAfter(field("retry-after"), nowMs);
  const message = member(body, "message");
  const isNamed = typeof message === "string" && /secondary rate limit/i.test(message);
  // A 403 with neither is a refusal of its own kind: no permission.
  if (stopMs === undefined && !isNamed && status !== 429) return [];
  return [{ scope: SECONDARY, stopMs, probeAfterMs: SECONDARY_MS, isRefused: true }];
}
