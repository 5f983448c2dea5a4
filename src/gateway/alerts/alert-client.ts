// Tells the alerts object what this isolate counted and saw, behind requests' backs: a second after a key has crossed a
// share of its quota, else every ten seconds while there are requests; later where the object says that too many tell it.
// What was not answered goes again with what comes next. There is none where the configuration has no alerts.

import { addCounts, NO_COUNTS } from "../../core/alerts/alert-conditions.ts";
import type { AlertCounts, AlertReply, AlertReport, CrossedKey } from "../../core/alerts/alert-messages.ts";
import type { AlertRule } from "../../core/alerts/alert-settings.ts";
import { isRay } from "../../core/http/request-id.ts";
import { toFirstDelayMs } from "../../core/report-pace.ts";
import { toRefusedOutcome } from "../../core/stats/outcome.ts";
import type { StatsNow } from "../../core/stats/stats-messages.ts";
import { ALERTS_NAME, type Bindings } from "../../platform/bindings.ts";
import { readClock } from "../../platform/clock.ts";
import type { RequestTrace } from "../request/request-trace.ts";

const SOON_MS = 1_000;
const INTERVAL_MS = 10_000;
/** The first report of a new isolate: a deploy starts all at once. */
const FIRST = { fromMs: 2_000, spreadMs: 22_000 } as const;
/** The platform ends what goes on for longer behind an answer: a later request waits for the rest. */
const WAIT_MS_MAX = 25_000;
const TIMEOUT_MS = 5_000;
/** What a wait may be late by, on a busy machine, before it is taken for lost. */
const MARGIN_MS = 2_000;
/** Keys that crossed and are not told yet. */
const CROSSED_MAX = 5_000;

type WaitUntil = (promise: Promise<unknown>) => void;

interface Told {
  readonly name: string;
  readonly alerts: readonly AlertRule[];
}

export class AlertClient {
  readonly #namespace: Bindings["ALERTS"];
  readonly #told: Told;
  readonly #readNow: () => StatsNow;
  #crossed: CrossedKey[] = [];
  #counts = addCounts(NO_COUNTS, NO_COUNTS);
  /** Whoever sends the next report, and when. */
  #sender: object | undefined;
  #dueMs = Infinity;
  /** The object's last answer, and when it was asked for. */
  #nextMs = INTERVAL_MS;
  #sentMs = -Infinity;
  /** Before this no report goes; undefined: there was no request yet that says on which continent this isolate is. */
  #firstMs: number | undefined;

  constructor(namespace: Bindings["ALERTS"], told: Told, readNow: () => StatsNow) {
    this.#namespace = namespace;
    this.#told = told;
    this.#readNow = readNow;
  }

  /** A key has crossed a share of its quota. */
  cross(crossed: CrossedKey, waitUntil: WaitUntil): void {
    if (this.#crossed.length < CROSSED_MAX) this.#crossed.push(crossed);
    this.#plan(SOON_MS, waitUntil);
  }

  /** A request was decided without its counter object. */
  degraded(): void {
    this.#counts.degraded += 1;
  }

  /** Counts a request once its answer is there. */
  answered({ refusal, facts }: RequestTrace, waitUntil: WaitUntil): void {
    this.#counts.requests += 1;
    if (refusal !== undefined && !refusal.isLeft) {
      const outcome = toRefusedOutcome(refusal.code);
      if (outcome === "denied" || outcome === "failed") this.#counts[outcome] += 1;
      else if (refusal.code.startsWith("credential-")) this.#counts.credentials += 1;
    }
    if (facts !== undefined)
      this.#firstMs ??= readClock() + toFirstDelayMs(isRay(facts.requestId), FIRST, Math.random());
    this.#plan(this.#crossed.length > 0 ? SOON_MS : INTERVAL_MS, waitUntil);
  }

  #plan(soonestMs: number, waitUntil: WaitUntil): void {
    if (this.#firstMs === undefined) return;
    const nowMs = readClock();
    // What somebody waits for goes at once.
    const firstMs = this.#crossed.length > 0 ? nowMs : this.#firstMs;
    const openMs = this.#sentMs + this.#nextMs - (INTERVAL_MS - soonestMs);
    const dueMs = Math.max(nowMs + (firstMs > nowMs ? SOON_MS : soonestMs), openMs, firstMs);
    const delayMs = dueMs - nowMs;
    if (delayMs > WAIT_MS_MAX) return;
    const isPlanned = this.#sender !== undefined && nowMs < this.#dueMs + MARGIN_MS;
    if (isPlanned && this.#dueMs <= nowMs + delayMs) return;
    const sender = {};
    this.#sender = sender;
    this.#dueMs = nowMs + delayMs;
    waitUntil(this.#sendAfter(delayMs, sender));
  }

  /** Never rejects. */
  async #sendAfter(delayMs: number, sender: object): Promise<void> {
    await scheduler.wait(delayMs);
    // Another one was sooner.
    if (this.#sender !== sender) return;
    this.#sender = undefined;
    this.#sentMs = readClock();
    const [crossed, counts] = [this.#crossed, this.#counts];
    this.#crossed = [];
    this.#counts = addCounts(NO_COUNTS, NO_COUNTS);
    try {
      const late = scheduler.wait(TIMEOUT_MS).then(() => Promise.reject(new Error("no answer")));
      const object = this.#namespace.getByName(ALERTS_NAME);
      const reply = await Promise.race([object.report(this.#toReport(crossed, counts)), late]);
      // An object of the version before answers nothing.
      this.#nextMs = (reply as AlertReply | undefined)?.nextMs ?? INTERVAL_MS;
    } catch {
      // The object knows a crossing that it is told twice.
      this.#crossed.unshift(...crossed.slice(0, CROSSED_MAX - this.#crossed.length));
      this.#counts = addCounts(this.#counts, counts);
    }
  }

  #toReport(crossed: readonly CrossedKey[], counts: AlertCounts): AlertReport {
    const { name, alerts: rules } = this.#told;
    const { pools, usage: used } = this.#readNow();
    const open = pools.flatMap(({ pool, origins }) =>
      origins
        .filter(({ states }) => (states["open"] ?? states["rejected"]) !== undefined)
        .map(({ origin }) => ({ pool, origin })),
    );
    return { name, rules, counts, crossed, open, used };
  }
}
