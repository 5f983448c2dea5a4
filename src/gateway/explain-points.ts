// What an explained request itself would count against its client's address.

import type { Explanation } from "../core/control/explanation.ts";
import { readBotFacts } from "../core/keys/bot-facts.ts";
import type { ReputationSettings } from "../core/reputation/reputation-settings.ts";
import { toPoints } from "../core/reputation/score.ts";
import { judgeRequest } from "../core/reputation/to-signals.ts";

export function withPoints(
  explained: Explanation,
  { cf }: Request,
  settings: ReputationSettings | undefined,
): Explanation {
  const { reputation, problem: code, status = 200, path = "", consumer } = explained;
  if (reputation === undefined || settings === undefined) return explained;
  const happened = { code, status, isTrap: settings.traps.has(path), isKnown: consumer !== undefined };
  const signals = judgeRequest(happened, () => readBotFacts(cf), settings);
  const points = typeof signals === "object" ? toPoints(signals) : 0;
  return { ...explained, reputation: { ...reputation, points } };
}
