// What a counter object knows of the clients whose addresses it owns: what is held against them, and whom it trusts.

import { ScoreBook, type ScoreStore } from "./score-book.ts";
import type { ScoreAnswer, ScoreQuestion } from "./score-messages.ts";
import type { SuspectsAnswer } from "./suspects.ts";
import { isBeyondTrust, TrustBook, type TrustStore } from "./trust-book.ts";

export class ClientBook {
  readonly #scores: ScoreBook;
  readonly #trust: TrustBook;

  constructor(scores: ScoreStore, trust: TrustStore, nowMs: number) {
    this.#scores = new ScoreBook(scores, nowMs);
    this.#trust = new TrustBook(trust);
  }

  /** In the order of the reports. Whoever has a point now is not trusted any more. */
  report(question: ScoreQuestion, nowMs: number): readonly ScoreAnswer[] {
    const { trustAfterMs } = question;
    const answers = this.#scores.report(question, nowMs);
    if (trustAfterMs === undefined) return answers;
    return answers.map(({ key, score, banMs, turned }) => {
      if (isBeyondTrust(score)) this.#trust.lose(key, trustAfterMs, nowMs);
      const isTrusted = this.#trust.isTrusted(key, trustAfterMs, nowMs);
      return { key, score, banMs, turned, isTrusted };
    });
  }

  /** Who is suspect or banned now. */
  listSuspects(most: number, nowMs: number): SuspectsAnswer {
    return this.#scores.listSuspects(most, nowMs);
  }

  /** A client has come. undefined where nothing is to be said of it. */
  visit(key: string, trustAfterMs: number | undefined, nowMs: number): ScoreAnswer | undefined {
    const held = this.#scores.find(key, nowMs);
    if (trustAfterMs === undefined || !this.#trust.visit(key, trustAfterMs, nowMs)) return held;
    return { key, score: 0, banMs: 0, ...held, isTrusted: true };
  }
}
