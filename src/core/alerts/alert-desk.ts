// All of alerting but its I/O: reports and time go in, messages that are to be sent come out. What it knows can be stored
// and taken up again: a restart tells nothing twice.

import { AlertBook, type AlertState, type Notice, type PastAlert, toAlertId } from "./alert-book.ts";
import {
  NO_COUNTS,
  findSeen,
  Gauge,
  type GaugeState,
  isMoment,
  type Looking,
  MINUTE_MS,
} from "./alert-conditions.ts";
import type { AlertReport, ShownAlerts, UnusualUse } from "./alert-messages.ts";
import {
  type AlertChannel,
  type AlertRule,
  type Condition,
  CONDITIONS,
  toChannelId,
  toChannelName,
} from "./alert-settings.ts";
import { Mailbox, type MailboxState, type Message } from "./mailbox.ts";

/** After the last report: by then every condition has passed. */
const WATCH_MS = 900_000;

/** Shares are looked at anew each time; of all else only a report says that it is so. */
const SAID: ReadonlySet<Condition> = new Set<Condition>(["breaker", "upstream", "unusual"]);
const LOOKED_AT = CONDITIONS.filter((condition) => !isMoment(condition) && !SAID.has(condition));

export interface DeskState {
  readonly name: string;
  readonly rules: readonly AlertRule[];
  readonly alerts: readonly AlertState[];
  /** undefined: it was stored before there was any. */
  readonly past?: readonly PastAlert[];
  readonly gauge: GaugeState;
  readonly mail: readonly (readonly [channel: string, state: MailboxState])[];
  readonly reportedMs: number;
}

/** A message for a channel. */
export interface Letter {
  readonly channel: AlertChannel;
  readonly message: Message;
}

export class AlertDesk {
  #name: string;
  #rules: readonly AlertRule[];
  #reportedMs: number;
  readonly #book: AlertBook;
  readonly #gauge: Gauge;
  readonly #mail: Map<string, Mailbox>;

  constructor(state?: DeskState) {
    this.#name = state?.name ?? "";
    this.#rules = state?.rules ?? [];
    this.#reportedMs = state?.reportedMs ?? -Infinity;
    this.#book = new AlertBook(state?.alerts, state?.past);
    this.#gauge = new Gauge(state?.gauge);
    this.#mail = new Map((state?.mail ?? []).map(([channel, kept]) => [channel, new Mailbox(kept)]));
  }

  get state(): DeskState {
    return {
      name: this.#name,
      rules: this.#rules,
      alerts: this.#book.states,
      past: this.#book.past,
      gauge: this.#gauge.state,
      mail: [...this.#mail].map(([channel, mailbox]) => [channel, mailbox.state]),
      reportedMs: this.#reportedMs,
    };
  }

  get name(): string {
    return this.#name;
  }

  get channels(): readonly AlertChannel[] {
    const all = this.#rules.flatMap(({ to }) => to);
    return [...new Map(all.map((channel) => [toChannelId(channel), channel])).values()];
  }

  /** Takes what an isolate counted and saw. True: more than counts has changed, and is worth storing at once. */
  report(report: AlertReport, nowMs: number): boolean {
    const before = this.#book.states.length;
    this.#name = report.name;
    this.#rules = report.rules;
    this.#reportedMs = nowMs;
    this.#gauge.add(report.counts, nowMs);
    if (report.counts.requests > 0) this.#book.end("silence", nowMs);
    return this.#look({ report, nowMs }) || this.#book.states.length !== before;
  }

  /** Takes what a stats object saw of consumers. True: it is worth storing at once. */
  seeUnusual(unusual: readonly UnusualUse[], nowMs: number): boolean {
    const before = this.#book.states.length;
    const said = { name: this.#name, rules: this.#rules, crossed: [], open: [], used: [] };
    const report = { ...said, counts: NO_COUNTS, unusual };
    return this.#look({ report, nowMs }) || this.#book.states.length !== before;
  }

  /** What is to be sent now, and what is given up unsent. */
  takeDue(
    nowMs: number,
    toId: () => string,
  ): { readonly due: readonly Letter[]; readonly givenUp: readonly Letter[] } {
    this.#look({ report: undefined, nowMs });
    const due: Letter[] = [];
    const givenUp: Letter[] = [];
    for (const channel of this.channels) {
      const taken = this.#mail.get(toChannelId(channel))?.take(nowMs, toId);
      due.push(...(taken?.due ?? []).map((message) => ({ channel, message })));
      givenUp.push(...(taken?.givenUp ?? []).map((message) => ({ channel, message })));
    }
    return { due, givenUp };
  }

  /** What came of a letter. True: it is given up. */
  settle({ channel, message }: Letter, isTaken: boolean): boolean {
    return this.#mail.get(toChannelId(channel))?.settle(message.id, isTaken) ?? false;
  }

  /** When `takeDue` is to be called; Infinity: not before the next report. */
  toDueMs(nowMs: number): number {
    const mailMs = Math.min(...[...this.#mail.values()].map(({ dueMs }) => dueMs));
    const watchMs = nowMs - this.#reportedMs < WATCH_MS ? nowMs + MINUTE_MS : Infinity;
    return Math.min(mailMs, this.#book.dueMs, watchMs);
  }

  show(): ShownAlerts {
    return {
      alerts: this.#book.show(),
      channels: this.channels.map((channel) => ({
        channel: toChannelName(channel),
        ...(this.#mail.get(toChannelId(channel))?.counts ?? { waiting: 0, sent: 0, failed: 0 }),
      })),
    };
  }

  /** Whether there was anything to tell. */
  #look(looking: Looking): boolean {
    const { nowMs } = looking;
    const seen = findSeen(this.#rules, this.#gauge, looking);
    const notices = seen.flatMap((one) => this.#book.see(one, nowMs));
    const held = new Set(seen.map(toAlertId));
    for (const condition of LOOKED_AT) this.#book.miss(condition, held);
    notices.push(...this.#book.tick(nowMs));
    for (const notice of notices) this.#post(notice, nowMs);
    return notices.length > 0;
  }

  #post(notice: Notice, nowMs: number): void {
    for (const channel of this.#rules[notice.rule]?.to ?? []) {
      const id = toChannelId(channel);
      const mailbox = this.#mail.get(id) ?? new Mailbox();
      this.#mail.set(id, mailbox);
      mailbox.add(notice, nowMs);
    }
  }
}
