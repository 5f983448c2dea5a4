// What the isolates of a gateway know together of one pool's quotas. The feedback object keeps it; isolates exchange
// reports for views. Mutable, bounded, with time as an argument.

import { LruMap } from "../lru-map.ts";
import { ReportPace } from "../report-pace.ts";
import type { FeedbackReport, FeedbackView, ProbeClaim, QuotaNews, QuotaUse } from "./feedback-messages.ts";
import { isOver, type Knowledge, mergeKnowledge, NOTHING, shiftKnowledge } from "./quota-knowledge.ts";
import type { Others } from "./quota-pace.ts";

/** Quotas that are known at a time, by an isolate and by the object. */
export const QUOTAS_MAX = 1_000;
const ISOLATES_MAX = 1_000;
/** An isolate reports so often, where there are not too many. */
const REPORT_MS = 500;
/** One that is so late, after it was to report again, does not count. */
const LATE_MS = 2_500;

interface ReportedUse extends QuotaUse {
  readonly untilMs: number;
}

interface QuotaEntry {
  readonly known: Knowledge;
  readonly version: number;
  /** The isolate that reported it last, and does not get it back: on its way it would only get older. */
  readonly by: string;
  readonly uses: LruMap<string, ReportedUse>;
  /** Until then one isolate tries. */
  readonly probeUntilMs: number;
}

export class SharedFeedback {
  readonly #entries = new LruMap<string, QuotaEntry>(QUOTAS_MAX);
  readonly #pace = new ReportPace();
  #version = 0;

  exchange({ id, version, news, uses, claims }: FeedbackReport, nowMs: number): FeedbackView {
    for (const { key, known } of news.slice(0, QUOTAS_MAX))
      this.#learn(key, { known: shiftKnowledge(known, nowMs), by: id }, nowMs);
    const nextMs = this.#pace.next(nowMs, REPORT_MS);
    const untilMs = nowMs + nextMs + LATE_MS;
    for (const use of uses) this.#entries.get(use.key)?.uses.set(id, { ...use, untilMs });
    return {
      // A version of a time when clocks ran ahead would hide all news.
      news: this.#readSince(version > this.#version ? 0 : version, id, nowMs),
      version: this.#version,
      others: uses.map(({ key }) => ({ key, ...this.#readOthers(key, id, nowMs) })),
      nextMs,
      probes: claims.map((claim) => ({ key: claim.key, waitMs: this.#claim(claim, nowMs) })),
    };
  }

  /** All that is known, for storage. */
  known(): readonly QuotaNews[] {
    return [...this.#entries.entries()].map(([key, { known }]) => ({ key, known }));
  }

  /** Learns what was stored. */
  restore(key: string, known: Knowledge, nowMs: number): void {
    this.#learn(key, { known, by: "" }, nowMs);
  }

  #learn(key: string, { known, by }: Pick<QuotaEntry, "known" | "by">, nowMs: number): void {
    const entry = this.#entries.get(key);
    const before = entry?.known ?? NOTHING;
    const merged = mergeKnowledge(before, known, nowMs);
    if (entry !== undefined && isSame(before, merged)) return;
    // Later than all that an object of this name gave before it was evicted.
    this.#version = Math.max(this.#version + 1, nowMs);
    this.#entries.set(key, {
      uses: new LruMap(ISOLATES_MAX),
      probeUntilMs: -Infinity,
      ...entry,
      known: merged,
      by,
      version: this.#version,
    });
  }

  #readSince(version: number, id: string, nowMs: number): readonly QuotaNews[] {
    const news: QuotaNews[] = [];
    for (const [key, entry] of this.#entries.entries()) {
      if (isOver(entry.known, nowMs)) this.#entries.delete(key);
      else if (entry.version > version && entry.by !== id)
        news.push({ key, known: shiftKnowledge(entry.known, -nowMs) });
    }
    return news;
  }

  #readOthers(key: string, id: string, nowMs: number): Others {
    let perSecond = 0;
    let rivals = 0;
    for (const [other, use] of this.#entries.get(key)?.uses.entries() ?? []) {
      if (other === id || nowMs > use.untilMs) continue;
      if (use.isHungry) rivals += 1;
      else perSecond += use.perSecond;
    }
    return { perSecond, rivals };
  }

  #claim({ key, forMs }: ProbeClaim, nowMs: number): number {
    const entry = this.#entries.get(key);
    if (entry === undefined) return 0;
    const waitMs = Math.max(entry.known.stopUntilMs, entry.probeUntilMs) - nowMs;
    if (waitMs > 0) return waitMs;
    this.#entries.set(key, { ...entry, probeUntilMs: nowMs + forMs });
    return 0;
  }
}

function isSame(known: Knowledge, other: Knowledge): boolean {
  return (Object.keys(known) as (keyof Knowledge)[]).every((name) => known[name] === other[name]);
}
