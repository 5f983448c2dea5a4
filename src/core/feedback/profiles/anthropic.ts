// Anthropic's API: requests, tokens, and tokens in and out, by model class, each with a limit, what remains and an instant
// (docs.claude.com/en/api/rate-limits). Overloaded is a 529. A 429 that names a spend limit is about money.

import { member, type OriginAnswer, type Profile, type Reading } from "../reading.ts";
import { PROBE_MS, readCalls, readError, readShare, readWait, REQUESTS, TOKENS } from "./model-limits.ts";

const SHARES = [TOKENS, "input-tokens", "output-tokens"] as const;
const SPENT = "enforced_spend_limit_reached";

export const anthropic: Profile = {
  scopes: [REQUESTS, ...SHARES],
  bodyStatuses: [429],
  readingMs: 60_000,
  errors: "anthropic",
  countsCalls: true,
  credential: { headers: ["x-api-key", "authorization"] },
  toSubject: (_, { token }) => token,
  isRejected,
  isOfModels: true,
  isTransient: ({ status }) => status === 529,
  readings: (answer) => {
    const calls = readCalls(answer, REQUESTS, namesOf(REQUESTS));
    const shares = SHARES.flatMap((scope) => readShare(answer, scope, namesOf(scope)));
    return [...calls, ...shares, ...readRefusal(answer, shares)];
  },
};

function namesOf(scope: string): Parameters<typeof readCalls>[2] {
  const prefix = `anthropic-ratelimit-${scope}`;
  return { remaining: `${prefix}-remaining`, limit: `${prefix}-limit`, reset: `${prefix}-reset` };
}

function isRejected(answer: OriginAnswer): boolean {
  if (answer.status !== 429) return false;
  return readError(answer, "code") === SPENT || member(member(answer.body, "error"), "details") === SPENT;
}

/** Of the tokens that are used up, as the fields beside it say; else of the requests. */
function readRefusal(answer: OriginAnswer, shares: readonly Reading[]): readonly Reading[] {
  if (answer.status !== 429 || isRejected(answer)) return [];
  const usedUp = shares.find(({ usagePercent = 0 }) => usagePercent >= 100);
  const scope = usedUp?.scope ?? REQUESTS;
  return [{ scope, stopMs: readWait(answer), probeAfterMs: PROBE_MS, isRefused: true }];
}
