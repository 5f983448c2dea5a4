// What a finished request says of its client: one map from what became of it to points.

import type { ProblemCode } from "../http/problems.ts";
import { type BotFacts, isScoredBelow } from "../keys/bot-facts.ts";
import type { ReputationSettings, SignalPoints } from "./reputation-settings.ts";
import { addPoints, NO_SIGNALS, type Signals } from "./score.ts";

export interface Happened {
  /** Why the gateway refused it; undefined: it went on. */
  readonly code: ProblemCode | undefined;
  readonly status: number;
  readonly isTrap: boolean;
  /** Whether a credential stood behind it that was accepted. */
  readonly isKnown: boolean;
  /** Whether the platform takes it for a program that it does not know. */
  readonly isBot?: boolean;
}

const MALFORMED: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "malformed-url",
  "malformed-escape",
  "control-character",
  "encoded-slash",
  "dot-segment",
  "path-too-long",
  "headers-too-large",
  "method-not-allowed",
]);

/** The same, by what the platform says of its client, which is read where it matters. */
export function judgeRequest(
  happened: Omit<Happened, "isBot">,
  readBot: () => BotFacts | undefined,
  { points, botScoreBelow }: Pick<ReputationSettings, "points" | "botScoreBelow">,
): Signals | "clean" | undefined {
  const isBot = points.bot > 0 && isScoredBelow(readBot(), botScoreBelow);
  const signals = toSignals({ ...happened, isBot }, points);
  if (signals === undefined || signals === "clean") return signals;
  // What others link to, a search engine asks for.
  return readBot()?.isVerified === true ? undefined : signals;
}

/** "clean": it went well. undefined: it says nothing. */
export function toSignals(happened: Happened, points: SignalPoints): Signals | "clean" | undefined {
  const signals = toOwnSignals(happened, points);
  if (happened.isBot !== true || happened.isKnown || points.bot === 0) return signals;
  return toSome(
    addPoints(signals === "clean" ? NO_SIGNALS : (signals ?? NO_SIGNALS), {
      ...NO_SIGNALS,
      faults: points.bot,
    }),
  );
}

function toOwnSignals(happened: Happened, points: SignalPoints): Signals | "clean" | undefined {
  const { code, status, isTrap, isKnown } = happened;
  // In a dry run a trap may be answered: it counts as it would count.
  if (isTrap && !isKnown) return toSome({ traps: points.trap });
  if (code === undefined && status < 400) return "clean";
  // Who showed an accepted credential is known by it: what it does is not its address's.
  if (isKnown) return undefined;
  if (code === undefined) return status === 404 ? toSome({ faults: points.notFound }) : undefined;
  if (code === "no-route") return toSome({ faults: points.noRoute });
  if (code === "credential-invalid") return toSome({ faults: points.credentialRefused });
  if (code === "quota-exceeded") return toSome({ denied: points.denied });
  return MALFORMED.has(code) ? toSome({ faults: points.malformed }) : undefined;
}

/** Of a signal without points nothing is reported. */
function toSome(some: Partial<Signals>): Signals | undefined {
  const signals = { ...NO_SIGNALS, ...some };
  return signals.denied + signals.faults + signals.traps > 0 ? signals : undefined;
}
