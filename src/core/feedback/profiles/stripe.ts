// Stripe's API: so many calls a second for an account and for each of its endpoints, and a 429 without Retry-After above
// that (docs.stripe.com/rate-limits). A lock_timeout is a 429 as well: two calls wanted the same object.

import { parseRetryAfter } from "../../http/retry-after.ts";
import { member, type OriginAnswer, type OriginCall, type Profile } from "../reading.ts";
import { toOperation } from "./operation.ts";

const ACCOUNT = "account";
const ENDPOINT = "endpoint";
/** Its budgets are of a second. */
const PROBE_MS = 500;

export const stripe: Profile = {
  scopes: [ACCOUNT, ENDPOINT],
  bodyStatuses: [429],
  readingMs: 1_000,
  errors: "stripe",
  credential: { headers: ["authorization"] },
  toSubject,
  isTransient: (answer) => answer.status === 429 && isLock(answer),
  readings: (answer) => {
    const { status, field, nowMs } = answer;
    if (status !== 429 || isLock(answer)) return [];
    const reason = field("stripe-rate-limited-reason") ?? "";
    const scope = reason.startsWith(ENDPOINT) ? ENDPOINT : ACCOUNT;
    const stopMs = parseRetryAfter(field("retry-after"), nowMs);
    return [{ scope, stopMs, probeAfterMs: PROBE_MS, isRefused: true }];
  },
};

/** A key is of one account and one mode. */
function toSubject(scope: string, call: OriginCall): string {
  return scope === ACCOUNT ? call.token : `${toOperation(call)} ${call.token}`;
}

function isLock({ body }: OriginAnswer): boolean {
  return member(member(body, "error"), "code") === "lock_timeout";
}
