// Alerting with a clock that a test moves: a desk, receivers and what they were told.

import type { Notice } from "../../../src/core/alerts/alert-book.ts";
import { NO_COUNTS } from "../../../src/core/alerts/alert-conditions.ts";
import { AlertDesk } from "../../../src/core/alerts/alert-desk.ts";
import type { AlertReport, CrossedKey, UnusualUse } from "../../../src/core/alerts/alert-messages.ts";
import { type AlertRule, CONDITIONS } from "../../../src/core/alerts/alert-settings.ts";

export const OPS = { kind: "webhook", urlSecret: "OPS_WEBHOOK", signingSecret: undefined } as const;
export const TEAM = { kind: "slack", urlSecret: "TEAM_SLACK", signingSecret: undefined } as const;
const EVERYTHING: AlertRule = { when: CONDITIONS, forMs: undefined, to: [OPS] };
export const SECOND = 1_000;
export const MINUTE = 60_000;

const toReport = (given: Partial<AlertReport>, rules = [EVERYTHING]): AlertReport => ({
  name: "edge",
  rules,
  counts: NO_COUNTS,
  crossed: [],
  open: [],
  used: [],
  ...given,
});

export const toCrossed = (key: number, percent: 80 | 100 = 80): CrossedKey => ({
  policy: "plan",
  key: `key-${key}`,
  consumer: "",
  percent,
  resetMs: 3_600_000,
});

interface Told {
  readonly atMs: number;
  readonly id: string;
  readonly channel: string;
  readonly notices: readonly Notice[];
  readonly more: number;
}

/** A desk with a clock, receivers and, where wanted, a restart at every step. */
export class Stand {
  nowMs = 0;
  readonly told: Told[] = [];
  /** Which tries fail, by channel. */
  fails: (channel: string, tries: number) => boolean = () => false;
  readonly givenUp: string[] = [];
  #desk = new AlertDesk();
  #alarmMs = Infinity;
  #ids = 0;
  readonly #tries = new Map<string, number>();
  readonly #isRestarted: boolean;

  constructor({ isRestarted = false } = {}) {
    this.#isRestarted = isRestarted;
  }

  report(given: Partial<AlertReport>, rules?: AlertRule[]): void {
    this.#restart();
    this.#desk.report(toReport(given, rules), this.nowMs);
    this.#arm();
  }

  seeUnusual(unusual: readonly UnusualUse[]): void {
    this.#restart();
    this.#desk.seeUnusual(unusual, this.nowMs);
    this.#arm();
  }

  /** Lets time pass, a second at a time, as the alarm would. */
  pass(ms: number): void {
    for (const untilMs = this.nowMs + ms; this.nowMs < untilMs;) {
      this.nowMs += SECOND;
      if (this.#alarmMs <= this.nowMs) this.#wake();
    }
  }

  show(): ReturnType<AlertDesk["show"]> {
    return this.#desk.show();
  }

  #arm(): void {
    this.#alarmMs = Math.min(this.#alarmMs, this.#desk.toDueMs(this.nowMs));
  }

  #wake(): void {
    this.#alarmMs = Infinity;
    this.#restart();
    const { due } = this.#desk.takeDue(this.nowMs, () => `msg_${(this.#ids += 1)}`);
    for (const letter of due) {
      const { channel, message } = letter;
      const tries = (this.#tries.get(message.id) ?? 0) + 1;
      this.#tries.set(message.id, tries);
      const isTaken = !this.fails(channel.urlSecret, tries);
      if (isTaken) this.told.push({ atMs: this.nowMs, channel: channel.urlSecret, ...message });
      if (this.#desk.settle(letter, isTaken)) this.givenUp.push(message.id);
    }
    this.#arm();
  }

  #restart(): void {
    if (this.#isRestarted) this.#desk = new AlertDesk(structuredClone(this.#desk.state));
  }
}

export const countTold = (told: readonly Told[]): number =>
  told.reduce((sum, { notices, more }) => sum + notices.length + more, 0);
export const statusesOf = (told: readonly Told[]): readonly string[] =>
  told.flatMap(({ notices }) => notices.map(({ status, condition }) => `${status} ${condition}`));
