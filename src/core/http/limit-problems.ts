// What a limit refuses with, and what such a reason is made of. By itself, for whoever limits and forwards nothing.

import type { statusTitles } from "./status-titles.ts";

/** Registered problem types, with their titles. */
export const problemTypes = {
  "quota-exceeded": "Quota Exceeded",
  "temporary-reduced-capacity": "Temporary Reduced Capacity",
} as const;

export interface ProblemDefinition {
  readonly status: keyof typeof statusTitles;
  readonly detail: string;
  /** RFC 9209 section 2.3. */
  readonly proxyError: string;
  /** A registered problem type; about:blank where the status is enough (RFC 9457 section 4.2.1). */
  readonly type?: keyof typeof problemTypes;
}

export const limitProblems = {
  "quota-exceeded": {
    status: 429,
    detail:
      "The request exceeds the quota of the policies named here. Retry-After says when it will be admitted.",
    proxyError: "http_request_error",
    type: "quota-exceeded",
  },
  "impossible-cost": {
    status: 429,
    detail: "The request costs more than the policies named here ever admit. Waiting does not help.",
    proxyError: "http_request_error",
    type: "quota-exceeded",
  },
  "limiter-unavailable": {
    status: 503,
    detail: "The quota of the policies named here cannot be checked at the moment.",
    proxyError: "proxy_internal_error",
    type: "temporary-reduced-capacity",
  },
} as const satisfies Readonly<Record<string, ProblemDefinition>>;
