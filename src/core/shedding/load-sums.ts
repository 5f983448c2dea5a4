// What all isolates of a pool reported last, put together: an isolate counts until its next report is overdue.

import { type LoadReport, RANKS } from "./load.ts";

const SECOND_MS = 1_000;
/** What an isolate reported counts for so long, and for two and a half of its reports. */
const REPORT_MS_MIN = 2_500;
const REPORTS = 2.5;
const ISOLATES_MAX = 5_000;
/** A report that came before its time is a short one, and came because of what it tells: it counts with the one before. */
const SHORT_MS = 800;

/** What is divided by its time. */
type Counts = Pick<LoadReport, "elapsedMs" | "arrivals" | "answers" | "bad">;

interface Known {
  readonly report: LoadReport;
  readonly counts: Counts;
  readonly cameMs: number;
  readonly untilMs: number;
}

/** Rates a second, and how many requests are on their way at a time. */
export interface LoadStep {
  readonly arrivals: readonly number[];
  readonly asked: number;
  readonly answers: number;
  readonly bad: number;
  readonly flight: number;
  /** How many seconds it is on average since an isolate reported, and how many its report spans. */
  readonly age: number;
  readonly span: number;
}

type ClientRate = readonly [client: number, rank: number, rate: number];

export class LoadSums {
  readonly #isolates = new Map<string, Known>();

  add(report: LoadReport, nowMs: number, nextMs: number): void {
    if (!this.#isolates.has(report.isolate) && this.#isolates.size >= ISOLATES_MAX) return;
    const untilMs = nowMs + Math.max(REPORT_MS_MIN, REPORTS * nextMs);
    const before = this.#isolates.get(report.isolate);
    const isShort = report.elapsedMs < SHORT_MS && before !== undefined && nowMs <= before.untilMs;
    const counts = isShort ? addCounts(before.report, report) : report;
    this.#isolates.set(report.isolate, { report, counts, cameMs: nowMs, untilMs });
  }

  sum(nowMs: number): LoadStep {
    const arrivals = Array.from({ length: RANKS }, () => 0);
    let answers = 0;
    let bad = 0;
    let flight = 0;
    let ages = 0;
    let spans = 0;
    for (const [isolate, { report, counts, cameMs, untilMs }] of this.#isolates) {
      if (untilMs < nowMs) {
        this.#isolates.delete(isolate);
        continue;
      }
      const seconds = counts.elapsedMs / SECOND_MS;
      for (const [rank, count] of counts.arrivals.entries())
        arrivals[rank] = (arrivals[rank] ?? 0) + count / seconds;
      answers += counts.answers / seconds;
      bad += counts.bad / seconds;
      flight += report.flightMs / report.elapsedMs;
      ages += (nowMs - cameMs) / SECOND_MS;
      spans += seconds;
    }
    const asked = arrivals.reduce((sum, rate) => sum + rate, 0);
    const isolates = Math.max(1, this.#isolates.size);
    return { arrivals, asked, answers, bad, flight, age: ages / isolates, span: spans / isolates };
  }

  clients(nowMs: number): readonly ClientRate[] {
    const rates = new Map<string, ClientRate>();
    for (const { report, untilMs } of this.#isolates.values()) {
      if (untilMs < nowMs) continue;
      for (const [client, rank, requests] of report.top) {
        const key = `${client} ${rank}`;
        const rate = (rates.get(key)?.[2] ?? 0) + (requests * SECOND_MS) / report.elapsedMs;
        rates.set(key, [client, rank, rate]);
      }
    }
    return [...rates.values()];
  }
}

function addCounts(before: Counts, after: Counts): Counts {
  return {
    elapsedMs: before.elapsedMs + after.elapsedMs,
    arrivals: after.arrivals.map((count, rank) => count + (before.arrivals[rank] ?? 0)),
    answers: before.answers + after.answers,
    bad: before.bad + after.bad,
  };
}
