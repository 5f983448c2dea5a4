// When an isolate reports what it counted: behind the answer of a request, no sooner than the object said with its last
// answer. A report is kept until it is answered, and is sent again as it was; what is counted meanwhile goes with the next.

import { isRay } from "../../core/http/request-id.ts";
import { toFirstDelayMs } from "../../core/report-pace.ts";
import type { StatsNow, StatsReply, StatsReport } from "../../core/stats/stats-messages.ts";
import { type Bindings, toStatsName } from "../../platform/bindings.ts";
import { readClock } from "../../platform/clock.ts";
import type { Pending } from "./pending.ts";

const INTERVAL_MS = 10_000;
/** The first requests after a pause are reported so soon. */
const SOON_MS = 1_000;
/** The first report of a new isolate: a deploy starts all at once. */
const FIRST = { fromMs: 1_000, spreadMs: 10_000 } as const;
/** The platform ends what goes on for longer behind an answer: a later request waits for the rest. */
const WAIT_MS_MAX = 15_000;
const TIMEOUT_MS = 5_000;
/** What a wait may be late by, on a busy machine, before it is taken for lost. */
const MARGIN_MS = 2_000;

/** The request behind whose answer a report goes out. */
export interface Sender {
  /** undefined: it was answered before, and a report was planned then. */
  readonly request?: Request;
  readonly waitUntil: (promise: Promise<unknown>) => void;
}

type Wait = (ms: number) => Promise<unknown>;

export class Reporter {
  readonly #namespace: Bindings["STATS"];
  readonly #pending: Pending;
  readonly #wait: Wait;
  /** Made with the first report: the global scope has no randomness. */
  #isolate: string | undefined;
  /** One continent for all of an isolate's reports: another object could not know which it has seen. */
  #object: string | undefined;
  #seq = 0;
  #unanswered: StatsReport | undefined;
  /** When it was sent first. */
  #unansweredMs = 0;
  #reply: StatsReply = { nextMs: INTERVAL_MS, isWatched: false };
  #sentMs = -Infinity;
  /** Until when somebody is waiting to report. */
  #plannedUntilMs = -Infinity;
  /** Until when a report may be on its way. */
  #sendingUntilMs = -Infinity;

  /** Tells what is true at this moment, when a report is made. */
  readNow: () => StatsNow = () => ({ pools: [], usage: [] });

  constructor(namespace: Bindings["STATS"], pending: Pending, wait: Wait = (ms) => scheduler.wait(ms)) {
    this.#namespace = namespace;
    this.#pending = pending;
    this.#wait = wait;
  }

  get isWatched(): boolean {
    return this.#reply.isWatched;
  }

  plan(nowMs: number, { request, waitUntil }: Sender): void {
    if (nowMs < this.#plannedUntilMs) return;
    if (this.#object === undefined && request === undefined) return;
    const dueMs = this.#toDueMs(nowMs, request);
    if (dueMs - nowMs > WAIT_MS_MAX) {
      this.#plannedUntilMs = dueMs - WAIT_MS_MAX;
      return;
    }
    this.#plannedUntilMs = dueMs + MARGIN_MS;
    waitUntil(this.#reportAt(dueMs - nowMs));
  }

  #toDueMs(nowMs: number, request: Request | undefined): number {
    if (this.#object !== undefined || request === undefined)
      return Math.max(nowMs + SOON_MS, this.#sentMs + this.#reply.nextMs);
    const continent = toContinent(request);
    this.#object = toStatsName(continent ?? "unknown");
    return (
      nowMs +
      Math.max(SOON_MS, toFirstDelayMs(isRay(request.headers.get("cf-ray") ?? ""), FIRST, Math.random()))
    );
  }

  /** Never rejects. */
  async #reportAt(waitMs: number): Promise<void> {
    await this.#wait(waitMs);
    // Whoever is answered from now on plans the next one.
    this.#plannedUntilMs = -Infinity;
    const nowMs = readClock();
    if (nowMs < this.#sendingUntilMs) return;
    this.#sentMs = nowMs;
    this.#sendingUntilMs = nowMs + 2 * TIMEOUT_MS + MARGIN_MS;
    try {
      if (this.#unanswered !== undefined) await this.#send(this.#unanswered, nowMs - this.#unansweredMs);
      if (this.#pending.isEmpty) return;
      this.#isolate ??= crypto.randomUUID().slice(0, 13);
      this.#seq += 1;
      this.#unanswered = this.#pending.take(this.#isolate, this.#seq, this.readNow());
      this.#unansweredMs = nowMs;
      await this.#send(this.#unanswered, 0);
    } catch {
      // It stays unanswered, and goes again with the next.
    } finally {
      this.#sendingUntilMs = -Infinity;
    }
  }

  async #send(report: StatsReport, ageMs: number): Promise<void> {
    const late = this.#wait(TIMEOUT_MS).then(() => undefined);
    const asked = this.#namespace.getByName(this.#object ?? "").report(report, ageMs);
    const reply = await Promise.race([asked, late]);
    if (reply === undefined) throw new Error("no answer");
    this.#unanswered = undefined;
    this.#reply = reply;
  }
}

function toContinent({ cf }: Request): string | undefined {
  const continent = cf?.["continent"];
  return typeof continent === "string" ? continent : undefined;
}
