// When each condition is so: what is seen in the counts of the last minutes, and what was said to be so. Shares are of the
// last five minutes, with a least number, so that one refusal in a quiet night wakes nobody.

import { formatInstant } from "../http/rfc3339.ts";
import type { AlertCounts, AlertReport } from "./alert-messages.ts";
import { type AlertRule, type Condition, CONDITIONS } from "./alert-settings.ts";
import { HOLD_MS, type Seen } from "./alert-book.ts";
import { toUnusualSeen } from "./unusual-use.ts";

export const MINUTE_MS = 60_000;
const WINDOW_MINUTES = 5;
const HOURS = 24;
const HOUR_MS = 3_600_000;
/** How fast it is learnt what is usual at an hour of the day: mostly within an hour of it. */
const LEARNING = 0.02;
/** Of an upstream's quota. */
const USED_SHARE = 0.8;
/** No request for so long, where there are usually so many a minute at this hour. */
const SILENT_MS = 600_000;
const USUAL_REQUESTS = 10;
/** It lasts until the next request. */
const UNTIL_ENDED_MS = Infinity;
/** Of minutes without any request so many are learnt: a day. */
const QUIET_MINUTES_MAX = 1_440;

interface ShareCondition {
  readonly count: keyof AlertCounts;
  /** Above this share of all requests. */
  readonly share: number;
  readonly least: number;
  /** And above so many times its usual share at this hour; 0: whatever is usual. */
  readonly timesUsual: number;
  readonly forMs: number;
  readonly what: string;
}

const SHARES: Readonly<Partial<Record<Condition, ShareCondition>>> = {
  denied: {
    count: "denied",
    share: 0.05,
    least: 50,
    timesUsual: 3,
    forMs: 300_000,
    what: "were rate limited",
  },
  credentials: {
    count: "credentials",
    share: 0.05,
    least: 50,
    timesUsual: 3,
    forMs: 300_000,
    what: "were refused for their credentials",
  },
  failing: {
    count: "failed",
    share: 0.05,
    least: 20,
    timesUsual: 0,
    forMs: 120_000,
    what: "got no answer of the origin",
  },
  degraded: {
    count: "degraded",
    share: 0.001,
    least: 10,
    timesUsual: 0,
    forMs: 120_000,
    what: "were decided without their counter object",
  },
};

const OPEN_FOR_MS = 120_000;
/** What a report says is so until the third one after it does not say so. */
const SAID_MS = 30_000;

type Mutable<Counts> = { -readonly [Name in keyof Counts]: Counts[Name] };

export const NO_COUNTS: AlertCounts = { requests: 0, denied: 0, credentials: 0, failed: 0, degraded: 0 };

export interface GaugeState {
  /** When the last request was counted. */
  readonly requestedMs: number;
  /** The last minute that has said what is usual. */
  readonly learntMinute: number;
  /** By minute since the epoch. */
  readonly minutes: readonly (readonly [minute: number, counts: AlertCounts])[];
  /** By hour of the day (UTC): the usual shares. */
  readonly usual: readonly (Readonly<Partial<Record<keyof AlertCounts, number>>> | null)[];
}

/** What was counted in the last minutes, and what is usual at each hour of the day. */
export class Gauge {
  readonly #minutes: Map<number, AlertCounts>;
  readonly #usual: (Partial<Record<keyof AlertCounts, number>> | null)[];
  #requestedMs: number;
  #learntMinute: number;

  constructor(state?: GaugeState) {
    this.#minutes = new Map(state?.minutes);
    this.#usual = Array.from({ length: HOURS }, (_, hour) => ({ ...state?.usual[hour] }));
    this.#requestedMs = state?.requestedMs ?? Infinity;
    this.#learntMinute = state?.learntMinute ?? -Infinity;
  }

  get state(): GaugeState {
    const [requestedMs, learntMinute] = [this.#requestedMs, this.#learntMinute];
    return { minutes: [...this.#minutes], usual: this.#usual, requestedMs, learntMinute };
  }

  add(counts: AlertCounts, nowMs: number): void {
    const minute = Math.floor(nowMs / MINUTE_MS);
    this.#forget(minute);
    this.#minutes.set(minute, addCounts(this.#minutes.get(minute) ?? NO_COUNTS, counts));
    if (counts.requests > 0) this.#requestedMs = nowMs;
  }

  /** How long nobody has asked, in words; undefined: somebody has, or it is usual. */
  findSilence(nowMs: number): string | undefined {
    const silentMs = nowMs - this.#requestedMs;
    const usual = this.#usual[toHour(this.#requestedMs)]?.requests ?? 0;
    if (silentMs < SILENT_MS || usual < USUAL_REQUESTS) return undefined;
    const minutes = Math.floor(silentMs / MINUTE_MS);
    return `no request for ${minutes} minutes, usually ${Math.round(usual)} a minute`;
  }

  /** Whether a share is above what its condition allows, in words; undefined: it is not. */
  findAbove(condition: ShareCondition, nowMs: number): string | undefined {
    const all = this.#sum(nowMs);
    const part = all[condition.count];
    const share = all.requests === 0 ? 0 : part / all.requests;
    const usual = this.#usual[toHour(nowMs)]?.[condition.count] ?? 0;
    if (part < condition.least || share <= condition.share || share <= condition.timesUsual * usual)
      return undefined;
    return `${toPercent(share)} of ${all.requests} requests in ${WINDOW_MINUTES} minutes ${condition.what}, usually ${toPercent(usual)}`;
  }

  #sum(nowMs: number): AlertCounts {
    const minute = Math.floor(nowMs / MINUTE_MS);
    this.#forget(minute);
    return [...this.#minutes.values()].reduce(addCounts, NO_COUNTS);
  }

  /** What leaves the window says what is usual, and so do minutes in which nothing came. */
  #forget(minute: number): void {
    const last = minute - WINDOW_MINUTES;
    const first = Math.min(...this.#minutes.keys(), last);
    const from = Math.max(this.#learntMinute + 1, first, last - QUIET_MINUTES_MAX);
    for (let past = from; past <= last; past += 1) this.#learn(past, this.#minutes.get(past) ?? NO_COUNTS);
    for (const past of this.#minutes.keys()) if (past <= last) this.#minutes.delete(past);
    this.#learntMinute = Math.max(this.#learntMinute, last);
  }

  #learn(minute: number, counts: AlertCounts): void {
    const usual = (this.#usual[toHour(minute * MINUTE_MS)] ??= {});
    const learn = (count: keyof AlertCounts, seen: number): void => {
      const known = usual[count] ?? 0;
      usual[count] = known + LEARNING * (seen - known);
    };
    learn("requests", counts.requests);
    if (counts.requests === 0) return;
    for (const { count } of Object.values(SHARES)) learn(count, counts[count] / counts.requests);
  }
}

/** What holds now of each rule, by the counts and by what one report says. */
export function findSeen(
  rules: readonly AlertRule[],
  gauge: Gauge,
  { report, nowMs }: Looking,
): readonly Seen[] {
  const held = CONDITIONS.flatMap((condition) => findHeld(condition, gauge, { report, nowMs }));
  return rules.flatMap(({ when, forMs }, rule) =>
    held
      .filter(({ condition }) => when.includes(condition))
      .map(({ condition, labels, summary, holdMs, forMs: ownMs }) => {
        const waitMs = isMoment(condition) ? 0 : (forMs ?? ownMs);
        return { condition, labels, summary, holdMs, rule, forMs: waitMs };
      }),
  );
}

export interface Looking {
  /** undefined: only time has passed. */
  readonly report: AlertReport | undefined;
  readonly nowMs: number;
}

type Held = Omit<Seen, "rule">;

/** What is so at its moment, and no condition that could pass: a crossing, a request. */
export const isMoment = (condition: Condition): boolean =>
  condition.startsWith("quota-") || condition === "limit-requested";

function findHeld(condition: Condition, gauge: Gauge, { report, nowMs }: Looking): readonly Held[] {
  const share = SHARES[condition];
  if (share !== undefined) {
    const summary = gauge.findAbove(share, nowMs);
    return summary === undefined
      ? []
      : [{ condition, labels: {}, summary, forMs: share.forMs, holdMs: HOLD_MS }];
  }
  if (condition === "silence") {
    const summary = gauge.findSilence(nowMs);
    return summary === undefined
      ? []
      : [{ condition, labels: {}, summary, forMs: 0, holdMs: UNTIL_ENDED_MS }];
  }
  if (report === undefined) return [];
  if (condition === "unusual") return toUnusualSeen(report.unusual ?? []);
  if (condition === "breaker")
    return report.open.map(({ pool, origin }) => ({
      condition,
      labels: { pool, origin },
      summary: `${origin} of ${pool} fails and is left alone`,
      forMs: OPEN_FOR_MS,
      holdMs: SAID_MS,
    }));
  if (condition === "upstream")
    return report.used
      .filter(({ share: used }) => used >= USED_SHARE)
      .map(({ pool, quota, share: used }) => ({
        condition,
        labels: { pool, quota },
        summary: `${toPercent(used)} of the quota ${quota} of ${pool} is used`,
        forMs: 0,
        holdMs: SAID_MS,
      }));
  return condition === "limit-requested" ? toRequested(report) : findCrossed(condition, report, nowMs);
}

function toRequested({ requested = [] }: AlertReport): readonly Held[] {
  return requested.map(({ id, consumer, policy, limit, reason }) => ({
    condition: "limit-requested",
    labels: { request: id, consumer, policy },
    summary: `${consumer} asks for ${limit} of ${policy}: ${reason}`,
    forMs: 0,
    holdMs: HOLD_MS,
  }));
}

function findCrossed(condition: Condition, { crossed }: AlertReport, nowMs: number): readonly Held[] {
  return crossed
    .filter(({ percent }) => condition === `quota-${percent}`)
    .map(({ policy, key, consumer, percent, resetMs, goneInMs }) => ({
      condition,
      labels: { policy, key, ...(consumer === "" ? {} : { consumer }) },
      summary: `${consumer === "" ? `key ${key}` : consumer} has used ${percent} % of ${policy}${toForecast(goneInMs, nowMs)}`,
      forMs: 0,
      // A quota that is soon whole again is soon crossed again: that is one alert.
      holdMs: Math.max(resetMs, HOLD_MS),
    }));
}

export function addCounts(a: AlertCounts, b: AlertCounts): Mutable<AlertCounts> {
  return {
    requests: a.requests + b.requests,
    denied: a.denied + b.denied,
    credentials: a.credentials + b.credentials,
    failed: a.failed + b.failed,
    degraded: a.degraded + b.degraded,
  };
}

/** The day alone says enough of a month, and the hour of a day. */
function toForecast(goneInMs: number | undefined, nowMs: number): string {
  if (goneInMs === undefined) return "";
  const [day = "", time = ""] = formatInstant(nowMs + goneInMs).split("T");
  const isFar = goneInMs > 2 * HOURS * HOUR_MS;
  return `; at this pace it is gone by ${isFar ? day : `${day} ${time.slice(0, 5)} UTC`}`;
}

const toHour = (ms: number): number => Math.floor(ms / HOUR_MS) % HOURS;

function toPercent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}
