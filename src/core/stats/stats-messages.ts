// Messages between an isolate and the stats object of its continent. Plain values only.

import type { FullestData } from "./fullest.ts";
import type { SeriesData } from "./series.ts";
import type { OtlpSettings } from "./stats-settings.ts";

export const STATS_VERSION = 1;

/** The bounded lists of what the configuration does not name: each entry is a key's labels and how often it came. */
export const TOP_LISTS = {
  /** policy, hash of the key, consumer: denials. */
  denials: 50,
  /** Refused requests. */
  countries: 50,
  asns: 50,
  /** policy, consumer: units that were taken. */
  usage: 1_000,
  /** consumer, problem code: requests with a credential that were refused or failed. */
  reasons: 500,
  /** consumer, model: calls of language models, their tokens, and what these cost where a policy has prices. */
  modelCalls: 500,
  inputTokens: 500,
  outputTokens: 500,
  cachedTokens: 500,
  microUsd: 500,
} as const;
export type TopName = keyof typeof TOP_LISTS;
/** Those that have something; an isolate of an earlier version knows fewer. */
export type Tops = { readonly [Name in TopName]?: readonly (readonly [key: string, count: number])[] };

/** A key that crossed a share of its quota: seen by its counter object, reported once. */
export interface Crossing {
  readonly policy: string;
  readonly tier: string;
  /** Hash of the counter's key, as log lines have it. */
  readonly key: string;
  /** "" without a credential. */
  readonly consumer: string;
  /** Percent. */
  readonly share: 80 | 100;
  /** By the isolate's clock. */
  readonly atMs: number;
}

/** A request that was refused or failed. */
export interface TailItem {
  readonly atMs: number;
  readonly kind: "denied" | "rejected" | "failed";
  readonly route: string;
  readonly status: number;
  readonly code: string;
  readonly policy: readonly string[];
  readonly key: readonly string[];
  readonly consumer: string;
  readonly tier: string;
  readonly country: string;
  readonly asn: string;
  readonly method: string;
  readonly requestId: string;
  readonly ms: number;
}

/** One pool as isolates see it at this moment. */
export interface PoolNow {
  readonly pool: string;
  /** How many isolates see the origin's breaker in each state. */
  readonly origins: readonly { readonly origin: string; readonly states: Readonly<Record<string, number>> }[];
  /** Requests by priority. */
  readonly waiting: Readonly<Record<string, number>>;
}

/** How much of an upstream's quota is used, as it says. */
export interface UsageNow {
  readonly pool: string;
  readonly quota: string;
  /** 0 to 1. */
  readonly share: number;
  readonly resetMs: number | null;
}

export interface StatsNow {
  readonly pools: readonly PoolNow[];
  readonly usage: readonly UsageNow[];
}

/** As the configuration has it that the isolate knows. */
export interface PushTarget extends OtlpSettings {
  /** The name of the deployment. */
  readonly name: string;
}

/** What one isolate counted since its last report. It is sent unchanged until it is answered. */
export interface StatsReport extends SeriesData {
  readonly version: typeof STATS_VERSION;
  readonly isolate: string;
  /** Ascends with every report of an isolate: one that comes twice counts once. */
  readonly seq: number;
  readonly tops: Tops;
  readonly crossings: readonly Crossing[];
  readonly tail: readonly TailItem[];
  readonly now: StatsNow;
  /** Of each policy the counter objects whose keys have used most of it. An isolate of an earlier version tells none. */
  readonly fullest?: FullestData;
  /** Where the object is to push its sums; undefined: nowhere. */
  readonly push?: PushTarget | undefined;
  /** Whether the alerts object is to be told of consumers that take much more than usual. */
  readonly isUseWatched?: boolean | undefined;
  /** What found no room in a bounded list of the isolate: crossings, requests of the tail. */
  readonly dropped: number;
}

export interface StatsReply {
  /** When the isolate is to report again, from now. */
  readonly nextMs: number;
  readonly isWatched: boolean;
}

/** Which points are asked for. */
export interface StatsQuestion {
  readonly version: typeof STATS_VERSION;
  readonly step: "minute" | "hour";
  /** The beginning of the first point, and one past the end of the last. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Of one point. */
  readonly pointMs: number;
  readonly isWatched: boolean;
}

/** The figures of one object, a column for each point. */
export interface StatsFigures {
  readonly counts: readonly (readonly [name: string, counts: readonly number[]])[];
  readonly histograms: readonly (readonly [name: string, points: readonly (readonly number[] | null)[]])[];
  /** "peaks": the busiest minute of each point, of `usage`; left out where its minutes hardly differ, and of minutes. */
  readonly tops: readonly (readonly [list: TopName | "peaks", key: string, counts: readonly number[]])[];
  readonly state: StatsState;
}

/** What an object knows of its isolates. */
export interface StatsState {
  /** The age of the newest report; null: there was none. */
  readonly lagMs: number | null;
  readonly intervalMs: number;
  readonly isolates: number;
  readonly now: StatsNow;
  readonly lost: { readonly series: number; readonly reports: number };
}

/** All that was ever counted: for counters that only rise. */
export interface StatsTotals extends SeriesData {
  readonly state: StatsState;
}

/** A counter object whose keys have used this much of a policy, under the limits of this tier ("": its own). */
export interface FullestObject {
  readonly tier: string;
  readonly object: string;
  readonly percent: number;
}

/** A list that is counted by consumer. */
export type ConsumerList = Exclude<TopName, "countries" | "asns" | "cachedTokens" | "microUsd">;
export type ConsumerCount = readonly [list: ConsumerList, label: string, count: number];

/** What an object knows of one consumer. */
export interface ConsumerCounts {
  readonly day: readonly ConsumerCount[];
  readonly month: readonly ConsumerCount[];
}

export interface TailAnswer {
  readonly items: readonly (TailItem | CrossedItem)[];
  /** The number of the newest item. */
  readonly latest: number;
}

export interface CrossedItem extends Omit<Crossing, "share"> {
  readonly share: 80 | 100;
  readonly kind: "crossed";
}
