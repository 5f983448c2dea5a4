// OpenAI's API and those that speak like it (Groq, Mistral and others): requests and tokens by model, each with a limit, what
// remains and until when, in durations such as 6m0s (platform.openai.com/docs/guides/rate-limits). A 429 with an
// `insufficient_quota` of some kind is about money: the account is left alone.

import type { OriginAnswer, Profile, Reading } from "../reading.ts";
import { PROBE_MS, readCalls, readError, readShare, readWait, REQUESTS, TOKENS } from "./model-limits.ts";

const MONEY: ReadonlySet<string> = new Set([
  "insufficient_quota",
  "credit_balance_exhausted",
  "organization_spend_limit_exceeded",
  "project_spend_limit_exceeded",
  "organization_usage_limit_exceeded",
]);

export const openai: Profile = {
  scopes: [REQUESTS, TOKENS],
  bodyStatuses: [429],
  readingMs: 60_000,
  errors: "openai",
  countsCalls: true,
  credential: { headers: ["authorization"] },
  toSubject: (_, { token }) => token,
  isRejected,
  isOfModels: true,
  isTransient: ({ status }) => status === 503 || status === 529,
  readings: (answer) => [...readOpenai(answer), ...readOpenaiRefusal(answer)],
};

function isRejected(answer: OriginAnswer): boolean {
  return (
    answer.status === 429 && (MONEY.has(readError(answer, "code")) || MONEY.has(readError(answer, "type")))
  );
}

export function readOpenai(answer: OriginAnswer): readonly Reading[] {
  return [...readCalls(answer, REQUESTS, toNames(REQUESTS)), ...readShare(answer, TOKENS, toNames(TOKENS))];
}

function toNames(scope: string): Parameters<typeof readCalls>[2] {
  return {
    remaining: `x-ratelimit-remaining-${scope}`,
    limit: `x-ratelimit-limit-${scope}`,
    reset: `x-ratelimit-reset-${scope}`,
  };
}

/** Of the scope that the body names; of none where it is about money, or says to slow down for now. */
export function readOpenaiRefusal(answer: OriginAnswer): readonly Reading[] {
  if (answer.status !== 429 || isRejected(answer)) return [];
  const isOfTokens = readError(answer, "type") === TOKENS || /token/i.test(readError(answer, "message"));
  return [
    {
      scope: isOfTokens ? TOKENS : REQUESTS,
      stopMs: readWait(answer),
      probeAfterMs: PROBE_MS,
      isRefused: true,
    },
  ];
}
