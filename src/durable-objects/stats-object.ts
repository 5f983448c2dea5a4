// The Durable Object that adds up what the isolates of a continent counted. It decides nothing and nobody waits for it: a
// report is stored with the others of the last eight seconds, before the object may fall asleep. core/stats counts.

import { DurableObject } from "cloudflare:workers";
import { ReportPace } from "../core/report-pace.ts";
import { MONTH_MS, PastUsage, sumUsage, toDayMs, type UsageSums } from "../core/stats/consumer-usage.ts";
import { toDataPoints } from "../core/stats/data-points.ts";
import { FullestObjects } from "../core/stats/fullest.ts";
import { toPlaceMetrics } from "../core/stats/metrics.ts";
import { toFigures } from "../core/stats/figures.ts";
import { MINUTE_MS, StatsBook, Watch } from "../core/stats/stats-book.ts";
import {
  type ConsumerCounts,
  type FullestObject,
  type PushTarget,
  STATS_VERSION,
  type StatsFigures,
  type StatsQuestion,
  type StatsReply,
  type StatsReport,
  type StatsState,
  type StatsTotals,
  type TailAnswer,
} from "../core/stats/stats-messages.ts";
import { StatsTail } from "../core/stats/stats-tail.ts";
import { mergePools, mergeUsage, toState } from "../core/stats/to-answer.ts";
import { toHourMs, UNITS_MIN } from "../core/stats/unusual.ts";
import { UsualHours } from "../core/stats/usual-hours.ts";
import { ALERTS_NAME, type Bindings, type StatsRpc } from "../platform/bindings.ts";
import { writeLog } from "../platform/log.ts";
import { pushMetrics } from "./push-metrics.ts";
import { type Pushing, StatsRows } from "./stats-rows.ts";

/**
 * Between two rows. An object that nobody calls is taken out of memory after ten seconds, and what came is stored before: by
 * the report that comes later than this, else by an alarm. Isolates report every ten seconds: few of them need no alarm.
 */
const STORE_MS = 8_000;

/** How long a counter object is remembered as one whose keys were near their limit. */
const FULLEST_MS = 900_000;

const USAGE_MS = 2_000;

/** What all consumers took. */
interface SummedUsage {
  readonly atMs: number;
  readonly untilMs: number;
  readonly dayMs: number;
  readonly past: PastUsage;
  readonly recent: UsageSums;
}

const NO_PUSH: Pushing = { target: undefined, pushedMs: 0 };

export class StatsObject extends DurableObject<Bindings> implements StatsRpc {
  readonly #rows: StatsRows;
  readonly #watch = new Watch();
  readonly #pace = new ReportPace();
  readonly #tail = new StatsTail();
  /** Made of the rows when it is first asked for. */
  #known: StatsBook | undefined;
  /** undefined: nobody has asked for any. */
  #usage: SummedUsage | undefined;
  #alarmMs = Infinity;
  #storedMs = -Infinity;
  /** The end of the last minute whose consumers were judged. */
  #judgedMs = -Infinity;
  /** What is usual at this hour. */
  #usual: UsualHours | undefined;
  /** undefined: not known since the object started. */
  #pushing: Pushing | undefined;

  constructor(context: DurableObjectState, env: Bindings) {
    super(context, env);
    this.#rows = new StatsRows(context.storage);
  }

  /** Takes what an isolate counted and began to send `ageMs` ago. Answered, it is the object's to keep. */
  async report(report: StatsReport, ageMs = 0): Promise<StatsReply> {
    const nowMs = Date.now();
    const { isWatched, nextMs: baseMs } = this.#watch.toReply(nowMs);
    const nextMs = this.#pace.next(nowMs, baseMs);
    if (report.version === STATS_VERSION && this.#book.apply(report, nowMs, { ageMs, nextMs })) {
      this.#tail.add(report);
      this.#writePoints(report);
      const dueMs = this.#storedMs + STORE_MS;
      if (nowMs >= dueMs) this.#store();
      // A clock that was set back must not put it off.
      else await this.#wake(Math.min(dueMs, nowMs + STORE_MS));
      if (report.push !== undefined) await this.#planPush(report.push);
      if (report.isUseWatched === true) this.ctx.waitUntil(this.#tellUnusual(nowMs));
    }
    return { isWatched, nextMs };
  }

  /** Once a minute, of the one before. Never rejects: who cannot be told now is told of the next minute. */
  async #tellUnusual(nowMs: number): Promise<void> {
    const untilMs = nowMs - (nowMs % MINUTE_MS);
    if (untilMs <= this.#judgedMs) return;
    this.#judgedMs = untilMs;
    this.#store();
    const [minute] = this.#rows.list("minute", untilMs - MINUTE_MS, untilMs);
    const usage = minute?.tops.usage ?? [];
    // Who takes little is not judged: hours are read for those who take much.
    if (minute === undefined || !usage.some(([, units]) => units >= UNITS_MIN)) return;
    if (this.#usual?.hourMs !== toHourMs(minute.atMs))
      this.#usual = new UsualHours(minute.atMs, this.#rows.listUsage(minute.atMs));
    const unusual = this.#usual.findUnusual(usage, minute.atMs);
    if (unusual.length === 0) return;
    try {
      await this.env.ALERTS.getByName(ALERTS_NAME).seeUnusual(unusual);
    } catch (error) {
      writeLog("alerts-untold", { cause: error instanceof Error ? error.message : String(error) });
    }
  }

  /** A sink beside: what goes wrong there is nobody's concern here. */
  #writePoints(report: StatsReport): void {
    const { ANALYTICS } = this.env;
    if (ANALYTICS === undefined) return;
    try {
      const [, place = ""] = (this.ctx.id.name ?? "").split(":");
      for (const { indexes, blobs, doubles } of toDataPoints(report, place))
        ANALYTICS.writeDataPoint({ indexes: [...indexes], blobs: [...blobs], doubles: [...doubles] });
    } catch (error) {
      writeLog("metrics-unsent", { cause: error instanceof Error ? error.message : String(error) });
    }
  }

  figures(question: StatsQuestion): StatsFigures {
    const nowMs = Date.now();
    if (question.isWatched) this.#watch.begin(nowMs);
    this.#store();
    const { step, fromMs, toMs } = question;
    const rows =
      step === "hour" ? this.#rows.listHours(fromMs, toMs) : this.#rows.list("minute", fromMs, toMs);
    return { ...toFigures(rows, question).toColumns(), state: this.#toState(nowMs) };
  }

  /** What is told here never falls: it is stored before. */
  totals(): StatsTotals {
    this.#store();
    return { ...this.#book.totals.toData(), state: this.#toState(Date.now()) };
  }

  /** The newest refusals, failures and crossings after this number. */
  tail(after: number): TailAnswer {
    this.#watch.begin(Date.now());
    return this.#tail.list(after);
  }

  /** What one consumer took and was refused in the last day and the last 30: as it was stored, two seconds ago at most. */
  consumer(name: string): ConsumerCounts {
    const nowMs = Date.now();
    if (this.#usage === undefined || nowMs - this.#usage.atMs >= USAGE_MS)
      this.#usage = this.#sumUsage(nowMs);
    return this.#usage.past.read(name, this.#usage.recent);
  }

  /** However many consumers ask: hours that are over are read once an hour, and minutes every other second. */
  #sumUsage(nowMs: number): SummedUsage {
    const { untilMs } = this.#rows;
    const dayMs = toDayMs(nowMs);
    const known = this.#usage;
    const isSame = known?.untilMs === untilMs && known.dayMs === dayMs;
    const past = isSame
      ? known.past
      : new PastUsage(this.#rows.list("hour", nowMs - MONTH_MS, untilMs), dayMs);
    return {
      atMs: nowMs,
      untilMs,
      dayMs,
      past,
      recent: sumUsage(this.#rows.list("minute", untilMs, Infinity)),
    };
  }

  /** The counter objects of the last minutes whose keys have used most of a policy. */
  fullest(policy: string): readonly FullestObject[] {
    this.#store();
    const rows = this.#rows.list("minute", Date.now() - FULLEST_MS, Infinity);
    const fullest = new FullestObjects();
    for (const { fullest: data = [] } of rows) fullest.add(data.filter(([named]) => named === policy));
    return fullest.toData().map(([, tier, object, percent]) => ({ tier, object, percent }));
  }

  override async alarm(): Promise<void> {
    this.#alarmMs = Infinity;
    this.#store();
    await this.#push();
  }

  get #pushState(): Pushing {
    return (this.#pushing ??= this.#rows.readPushing() ?? NO_PUSH);
  }

  /** Whereto is written down, for the object may have forgotten it when it is time. */
  async #planPush(target: PushTarget): Promise<void> {
    const { target: planned, pushedMs } = this.#pushState;
    if (planned !== undefined) return;
    this.#store();
    this.#pushing = { target, pushedMs };
    this.#rows.writePushing(this.#pushing);
    await this.#wake(Math.max(Date.now() + STORE_MS, pushedMs + target.every));
  }

  /** Pushes the sums, or waits until it is time. */
  async #push(): Promise<void> {
    const { target, pushedMs } = this.#pushState;
    if (target === undefined) return;
    const nowMs = Date.now();
    if (nowMs < pushedMs + target.every) {
      await this.#wake(pushedMs + target.every);
      return;
    }
    this.#pushing = { target: undefined, pushedMs: nowMs };
    this.#rows.writePushing(this.#pushing);
    const families = toPlaceMetrics({
      totals: this.#book.totals,
      state: toState([this.#toState(nowMs)]),
    });
    const object = this.ctx.id.name ?? this.ctx.id.toString();
    const secrets = this.env as unknown as Readonly<Record<string, unknown>>;
    const startMs = this.#rows.sinceMs;
    await pushMetrics(families, { settings: target, secrets, name: target.name, object, startMs, nowMs });
  }

  /** Wakes no later than this. */
  async #wake(atMs: number): Promise<void> {
    if (atMs >= this.#alarmMs) return;
    this.#alarmMs = atMs;
    await this.ctx.storage.setAlarm(atMs);
  }

  get #book(): StatsBook {
    if (this.#known !== undefined) return this.#known;
    const { totals, last, seen } = this.#rows.read();
    this.#known = new StatsBook(totals, seen);
    if (last !== undefined) this.#known.resume(last);
    return this.#known;
  }

  #store(): void {
    const rows = this.#book.takeRows();
    if (rows.length === 0) return;
    this.#storedMs = Date.now();
    this.#rows.write(rows, this.#book.toSeen());
  }

  #toState(nowMs: number): StatsState {
    const present = this.#book.present(nowMs);
    const { seenMs, lost } = this.#book;
    return {
      lagMs: seenMs === undefined ? null : Math.max(0, nowMs - seenMs),
      intervalMs: this.#watch.toReply(nowMs).nextMs,
      isolates: present.length,
      now: {
        pools: mergePools(present.flatMap(({ now }) => now.pools)),
        usage: mergeUsage(present.flatMap(({ now }) => now.usage)),
      },
      lost,
    };
  }
}
