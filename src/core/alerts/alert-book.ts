// Which alerts there are: pending while their condition has not held for long enough, firing, and resolved once it has not
// been so for a while. Flapping makes no new alert: one that fires goes on firing until its condition has been away for
// five minutes. Time is an argument.

import type { Condition } from "./alert-settings.ts";
import type { ShownAlert } from "./alert-messages.ts";

/** How long a condition must be away. */
export const HOLD_MS = 300_000;
/** After how long an alert that still fires is told again. */
export const REPEAT_MS = 14_400_000;
/** Alerts at a time: of what more comes each is told, and told again when it comes again. */
export const ALERTS_MAX = 2_000;
/** Alerts that are over and are still shown: the newest. */
export const PAST_MAX = 50;

/** A condition that holds now, of one thing. */
export interface Seen {
  /** The rule's place in the configuration: it says who is told. */
  readonly rule: number;
  readonly condition: Condition;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly forMs: number;
  /** How long it holds by itself, from now. */
  readonly holdMs: number;
}

export interface AlertState extends Omit<Seen, "holdMs" | "summary"> {
  readonly id: string;
  /** As it was seen last. */
  summary: string;
  readonly sinceMs: number;
  /** undefined: pending. */
  firedMs: number | undefined;
  /** When it was told last. */
  toldMs: number;
  untilMs: number;
}

/** An alert that fired and is over. */
export type PastAlert = Pick<AlertState, "condition" | "labels" | "summary" | "sinceMs"> & {
  readonly endedMs: number;
};

/** An alert as it is told. */
export interface Notice {
  readonly id: string;
  readonly status: "firing" | "resolved";
  readonly rule: number;
  readonly condition: Condition;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly startsMs: number;
  /** undefined: it fires. */
  readonly endsMs: number | undefined;
}

export class AlertBook {
  readonly #alerts: Map<string, AlertState>;
  #past: readonly PastAlert[];

  constructor(alerts: readonly AlertState[] = [], past: readonly PastAlert[] = []) {
    this.#alerts = new Map(alerts.map((alert) => [alert.id, alert]));
    this.#past = past;
  }

  /** The newest first. */
  get past(): readonly PastAlert[] {
    return this.#past;
  }

  get states(): readonly AlertState[] {
    return [...this.#alerts.values()];
  }

  /** It is so, now. Answers with what is to be told of it at once. */
  see(seen: Seen, nowMs: number): readonly Notice[] {
    const { holdMs, ...told } = seen;
    const id = toAlertId(seen);
    const untilMs = nowMs + holdMs;
    const known = this.#alerts.get(id);
    if (known !== undefined) {
      const leastMs = known.firedMs === undefined ? untilMs : nowMs + HOLD_MS;
      known.summary = seen.summary;
      known.untilMs = Math.max(known.untilMs, untilMs, leastMs);
      return [];
    }
    const alert: AlertState = { ...told, id, sinceMs: nowMs, firedMs: undefined, toldMs: nowMs, untilMs };
    if (this.#alerts.size < ALERTS_MAX) this.#alerts.set(id, alert);
    return seen.forMs === 0 ? [fire(alert, nowMs)] : [];
  }

  /** Forgets what is pending under a condition and is not so any longer; `held` are the ids of what still is. */
  miss(condition: Condition, held: ReadonlySet<string>): void {
    for (const [id, alert] of this.#alerts)
      if (alert.condition === condition && alert.firedMs === undefined && !held.has(id))
        this.#alerts.delete(id);
  }

  /** It is over, now: what fires under the condition is resolved at the next tick. */
  end(condition: Condition, nowMs: number): void {
    for (const alert of this.#alerts.values())
      if (alert.condition === condition) alert.untilMs = Math.min(alert.untilMs, nowMs);
  }

  /** What time alone changes: what has been pending for long enough fires, what is over is resolved, what lasts is told again. */
  tick(nowMs: number): readonly Notice[] {
    const notices: Notice[] = [];
    for (const [id, alert] of this.#alerts) {
      if (nowMs >= alert.untilMs) {
        this.#alerts.delete(id);
        if (alert.firedMs === undefined) continue;
        this.#keep(alert);
        notices.push(toNotice(alert, alert.untilMs));
      } else if (alert.firedMs === undefined) {
        if (nowMs - alert.sinceMs >= alert.forMs) notices.push(fire(alert, nowMs));
      } else if (nowMs - alert.toldMs >= REPEAT_MS) {
        alert.toldMs = nowMs;
        notices.push(toNotice(alert, undefined));
      }
    }
    return notices;
  }

  /** When `tick` has something to do; Infinity: never. */
  get dueMs(): number {
    let dueMs = Infinity;
    for (const { untilMs, firedMs, sinceMs, forMs, toldMs } of this.#alerts.values())
      dueMs = Math.min(dueMs, untilMs, firedMs === undefined ? sinceMs + forMs : toldMs + REPEAT_MS);
    return dueMs;
  }

  /** Those that are so, and then the newest of those that were. */
  show(): readonly ShownAlert[] {
    const present = this.states.map(({ condition, firedMs, labels, summary, sinceMs }) => ({
      condition,
      state: firedMs === undefined ? ("pending" as const) : ("firing" as const),
      labels,
      summary,
      sinceMs,
    }));
    return [...present, ...this.#past.map((alert) => ({ state: "resolved" as const, ...alert }))];
  }

  #keep({ condition, labels, summary, sinceMs, untilMs: endedMs }: AlertState): void {
    this.#past = [{ condition, labels, summary, sinceMs, endedMs }, ...this.#past].slice(0, PAST_MAX);
  }
}

/** One for each rule, condition and thing. */
export function toAlertId({ rule, condition, labels }: Pick<Seen, "rule" | "condition" | "labels">): string {
  return JSON.stringify([rule, condition, ...Object.entries(labels).flat()]);
}

function fire(alert: AlertState, nowMs: number): Notice {
  // oxlint-disable-next-line no-param-reassign -- the book's own, which changes in place
  alert.firedMs = nowMs;
  // oxlint-disable-next-line no-param-reassign -- the same
  alert.toldMs = nowMs;
  // oxlint-disable-next-line no-param-reassign -- the same
  alert.untilMs = Math.max(alert.untilMs, nowMs + HOLD_MS);
  return toNotice(alert, undefined);
}

function toNotice(
  { id, rule, condition, labels, summary, sinceMs }: AlertState,
  endsMs: number | undefined,
): Notice {
  const status = endsMs === undefined ? "firing" : "resolved";
  return { id, status, rule, condition, labels, summary, startsMs: sinceMs, endsMs };
}
