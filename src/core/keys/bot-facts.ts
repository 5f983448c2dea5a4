// What Cloudflare's bot management says of a request (`request.cf.botManagement`), which only some plans have: nothing of
// it is a client's to write. Source: https://developers.cloudflare.com/bots/reference/bot-management-variables/

export interface BotFacts {
  /** 1 (a program) to 99 (a person); undefined: it was not scored. */
  readonly score: number | undefined;
  /** Whether the platform knows it for a search engine's or the like. */
  readonly isVerified: boolean;
  /** The fingerprint of the client's TLS handshake. */
  readonly ja4: string | undefined;
}

/** undefined: the platform says nothing. */
export function readBotFacts(cf: unknown): BotFacts | undefined {
  const given = (cf as { readonly botManagement?: unknown } | undefined)?.botManagement;
  if (typeof given !== "object" || given === null) return undefined;
  const { score, verifiedBot, ja4 } = given as Readonly<Record<string, unknown>>;
  return {
    // 0 is no score: the platform has not looked.
    score: typeof score === "number" && score >= 1 ? score : undefined,
    isVerified: verifiedBot === true,
    ja4: typeof ja4 === "string" && ja4 !== "" ? ja4 : undefined,
  };
}

/** Whether it is scored below this, and nobody vouches for it. */
export function isScoredBelow(bot: BotFacts | undefined, score: number): boolean {
  return bot?.score !== undefined && bot.score < score && !bot.isVerified;
}
