// Slack's Web API: each method has a rate for each workspace and app; used up it is a 429 with Retry-After in seconds, and
// nothing tells of it before (docs.slack.dev/apis/web-api/rate-limits). The method is the path's last segment.

import { parseRetryAfter } from "../../http/retry-after.ts";
import type { Profile } from "../reading.ts";

const SCOPE = "method";

export const slack: Profile = {
  scopes: [SCOPE],
  bodyStatuses: [],
  readingMs: 60_000,
  errors: "slack",
  credential: { headers: ["authorization"], query: "token" },
  toSubject: (_, { path, token }) => `${path.slice(path.lastIndexOf("/") + 1)} ${token}`,
  readings: ({ status, field, nowMs }) => {
    if (status !== 429) return [];
    return [{ scope: SCOPE, stopMs: parseRetryAfter(field("retry-after"), nowMs), isRefused: true }];
  },
};
