// Counts in this isolate what it answers and what its policies decide, for the reporter to send. Labels are names of the
// configuration, or stand in lists that are bounded; nobody decides by any of it.

import type { Facts } from "../../core/keys/facts.ts";
import type { Identity } from "../../core/keys/identity.ts";
import { type RequestOutcome, toRefusedOutcome, toStatusClass } from "../../core/stats/outcome.ts";
import type { Fullest } from "../../core/stats/fullest.ts";
import type { ModelCall } from "../../core/stats/model-usage.ts";
import type { DecisionOutcome, KeyPlace } from "../../core/stats/request-counts.ts";
import { DECISION_OUTCOMES } from "../../core/stats/stats-answer.ts";
import type { Crossing, PushTarget, StatsNow, TailItem } from "../../core/stats/stats-messages.ts";
import { LruMap } from "../../core/lru-map.ts";
import type { Bindings } from "../../platform/bindings.ts";
import { readClock } from "../../platform/clock.ts";
import { hashKey } from "../../platform/hash-text.ts";
import { type Refusal, type RequestTrace, WAITS } from "../request/request-trace.ts";
import { Pending } from "./pending.ts";
import { Reporter, type Sender } from "./reporter.ts";

/** Where no route was found. */
const NO_ROUTE = "none";
const UNKNOWN = "unknown";
/** A key of whose quota no more than this is left is near its limit. */
const NEAR_SHARE = 0.2;
/** Clients whose country and network an isolate keeps. */
const PLACES_MAX = 1_000;

const AT = Object.fromEntries(DECISION_OUTCOMES.map((outcome, at) => [outcome, at])) as Readonly<
  Record<DecisionOutcome, number>
>;

/** What a policy said of a request. */
interface DecidedRow {
  readonly policy: { readonly name: string; readonly plan: string | undefined; readonly settings: unknown };
  readonly key: string;
  readonly place: string;
  readonly rank: number;
  readonly cost: number;
  readonly isShadow: boolean;
  readonly lease: { readonly answer: string } | undefined;
  readonly verdict:
    | { readonly outcome: string; readonly remaining: number; readonly limit: number }
    | undefined;
  readonly degraded: string | undefined;
}

/** Whose request it is, and where it comes from: looked up when it is needed. */
type DecidedFacts = Pick<Facts, "identity" | "continent">;

/** What the limits said of a request. */
interface Decided {
  readonly rows: readonly DecidedRow[];
  readonly answer: { readonly outcome: string };
  /** Policies that refused it because what they count by is missing. */
  readonly missing: readonly string[];
  /** The denial that this isolate remembered; undefined: it was decided anew. */
  readonly rememberedDenial?: unknown;
}

/** An answer on its way to the client. */
interface Answered extends Required<Sender> {
  readonly status: number;
}

export class Recorder {
  readonly #pending = new Pending();
  /** By the client's address. */
  readonly #places = new LruMap<string, Place>(PLACES_MAX);
  readonly #reporter: Reporter;

  constructor(namespace: Bindings["STATS"]) {
    this.#reporter = new Reporter(namespace, this.#pending);
  }

  /** What is true at this moment, when a report is made. */
  set readNow(readNow: () => StatsNow) {
    this.#reporter.readNow = readNow;
  }

  /** Where the sums are pushed. */
  set push(push: PushTarget | undefined) {
    this.#pending.push = push;
  }

  /** Whether somebody is to be told of consumers that take much more than usual. */
  set isUseWatched(isUseWatched: boolean) {
    this.#pending.isUseWatched = isUseWatched;
  }

  /** Counter objects for each place. */
  set shards(shards: number) {
    this.#pending.shards = shards;
  }

  /** Counts a request once its answer is there. Never throws: the answer stands, counted or not. */
  answered(trace: RequestTrace, answered: Answered): void {
    try {
      this.#count(trace, answered);
    } catch {
      // It is not counted.
    }
  }

  #count(trace: RequestTrace, answered: Answered): void {
    const { status } = answered;
    const { counts } = this.#pending;
    const { route = NO_ROUTE, refusal, cache, waitedMs } = trace;
    const nowMs = readClock();
    const outcome = toOutcome(trace);
    const ms = nowMs - trace.startedMs;
    counts.request(route, outcome, toStatusClass(status));
    counts.time(route, "total", ms);
    for (const part of WAITS) {
      const waited = waitedMs[part];
      if (waited !== undefined) counts.time(route, part, waited);
    }
    if (cache !== undefined) counts.count("cache", route, cache);
    if (refusal !== undefined && !refusal.isLeft)
      this.#refused(trace, refusal, { status, outcome: toRefusedOutcome(refusal.code), nowMs });
    this.#reporter.plan(nowMs, answered);
  }

  /** Counts what each policy decided. */
  decided({ rows, answer, missing, rememberedDenial }: Decided, facts: DecidedFacts): void {
    const { counts, tops } = this.#pending;
    const { identity } = facts;
    const isAllowed = answer.outcome === "allowed" && missing.length === 0;
    for (const row of rows) {
      const { policy, cost, lease, verdict, degraded } = row;
      if (verdict === undefined) continue;
      const counted = counts.policy(policy.name, policy.plan ?? "");
      counted.add(toDecision(row, verdict, rememberedDenial !== undefined));
      noteFullness(counted.fullest, row, facts);
      if (degraded !== undefined) counted.add(AT.degraded);
      else if (lease !== undefined && lease.answer !== "ask") counted.add(AT.leased);
      if (!isAllowed || verdict.outcome !== "allowed") continue;
      counted.units += cost;
      if (identity !== undefined) tops.usage.add(`${policy.name}\n${identity.consumer}`, cost);
    }
    for (const name of missing) counts.policy(name, "").add(AT.denied);
  }

  /** Counts what a call of a language model used, once its answer has passed: that may be long after it was counted itself. */
  used(call: ModelCall, waitUntil: Sender["waitUntil"]): void {
    const { models, tops } = this.#pending;
    models.count(tops, call);
    this.#reporter.plan(readClock(), { waitUntil });
  }

  /** Counts an attempt at an origin by what came of it, a status or the problem's code, and how long it took. */
  asked({ pool, origin }: Member, result: number | string, ms: number): void {
    const { counts } = this.#pending;
    const shown = typeof result === "number" ? `${Math.floor(result / 100)}xx` : result;
    counts.count("origins", pool, origin, shown);
    // Who left has measured nothing.
    if (result !== "left") counts.timeOrigin(pool, origin, ms);
  }

  /** Counts a request for which there was no quota of its origin, by what became of it. */
  queued(pool: string, priority: string, result: string): void {
    this.#pending.counts.count("queue", pool, priority, result);
  }

  /** Counts a request that was refused, or in a dry run would have been, because its origin has too much to do. */
  shed(pool: string, priority: string, result: "refused" | "shadow"): void {
    this.#pending.counts.count("shed", pool, priority, result);
  }

  /** Counts a request that cost more of a limit which follows the pool, or in a dry run would have. */
  followed(pool: string, result: "raised" | "shadow"): void {
    this.#pending.counts.count("followed", pool, result);
  }

  /** Counts a function of the configuration that failed. */
  faulted(name: string, code: string): void {
    this.#pending.counts.count("functions", name, code);
  }

  /** Counts a call of a counter object. */
  called(kind: "decide" | "renew", failure: string | undefined): void {
    this.#pending.counts.count("counterCalls", kind, failure === undefined ? "answered" : "failed");
  }

  crossed(
    { policy, key }: Pick<DecidedRow, "policy" | "key">,
    share: Crossing["share"],
    identity: Identity | undefined,
  ): void {
    const consumer = identity?.consumer ?? "";
    const tier = policy.plan ?? "";
    this.#pending.cross({ policy: policy.name, tier, key: hashKey(key), consumer, share, atMs: readClock() });
  }

  #refused(
    { route = NO_ROUTE, facts, startedMs }: RequestTrace,
    { code, violated, rows }: Refusal,
    { status, outcome, nowMs }: Refused,
  ): void {
    const { counts, tops } = this.#pending;
    const place = this.#toPlace(facts);
    const consumer = facts?.identity?.consumer ?? "";
    counts.count("refusals", route, code);
    if (consumer !== "") tops.reasons.add(`${consumer}\n${code}`, 1);
    tops.countries.add(place.country === "" ? UNKNOWN : place.country, 1);
    tops.asns.add(place.asn === "" ? UNKNOWN : place.asn, 1);
    const denying = rows.filter(({ policy }) => violated.includes(policy.name));
    for (const { policy, key } of denying) tops.denials.add(`${policy.name}\n${consumer}\n${key}`, 1);
    if (!this.#reporter.isWatched) return;
    const key = denying.map((row) => hashKey(row.key));
    const what = { kind: outcome, route, status, code, policy: violated, key };
    this.#pending.show({ atMs: nowMs, ...what, ...toSubject(facts), ...place, ms: nowMs - startedMs });
  }

  /** Where the client is. The platform makes a new object of it for each request, which costs more than a denial. */
  #toPlace(facts: RequestTrace["facts"]): Place {
    if (facts === undefined) return NOWHERE;
    const { address } = facts;
    const known = address === undefined ? undefined : this.#places.get(address);
    if (known !== undefined) return known;
    const { country = "", asn = "" } = facts;
    const place = { country, asn: String(asn) };
    if (address !== undefined) this.#places.set(address, place);
    return place;
  }
}

/** A member of a pool; the pool of the configuration's one origin is "". */
interface Member {
  readonly pool: string;
  readonly origin: string;
}

/** How a refused request was answered. */
interface Refused {
  readonly status: number;
  readonly outcome: TailItem["kind"];
  readonly nowMs: number;
}

type Place = Pick<TailItem, "country" | "asn">;
type Subject = Pick<TailItem, "consumer" | "tier" | "method" | "requestId">;

const NOWHERE: Place = { country: "", asn: "" };
const NOBODY: Subject = { consumer: "", tier: "", method: "", requestId: "" };

function toSubject(facts: RequestTrace["facts"]): Subject {
  if (facts === undefined) return NOBODY;
  const { method, requestId, identity } = facts;
  const { consumer = "", tier = "" } = identity ?? {};
  return { consumer, tier, method, requestId };
}

function toOutcome({ refusal, cache }: RequestTrace): RequestOutcome {
  if (refusal !== undefined) return refusal.isLeft ? "left" : toRefusedOutcome(refusal.code);
  return cache === "hit" || cache === "stale" || cache === "collapsed" ? "cached" : "answered";
}

/** What there is to have at once: of a bucket its burst. */
function toWhole({ settings }: DecidedRow["policy"], limit: number): number {
  return (settings as { readonly burst?: number }).burst ?? limit;
}

function noteFullness(fullest: Fullest<KeyPlace>, row: DecidedRow, facts: DecidedFacts): void {
  const { place, rank } = row;
  const percent = toPercent(row);
  if (fullest.isNews(place, percent)) fullest.note(place, percent, { rank, continent: facts.continent });
}

/** How much of its limit a key has used. */
function toPercent({ policy, verdict }: DecidedRow): number {
  if (verdict === undefined) return 0;
  const { outcome, remaining, limit } = verdict;
  if (outcome !== "allowed") return 100;
  const whole = toWhole(policy, limit);
  return whole === 0 ? 100 : Math.min(100, Math.max(0, Math.floor(100 * (1 - remaining / whole))));
}

function toDecision(
  { isShadow, policy }: DecidedRow,
  { outcome, remaining, limit }: NonNullable<DecidedRow["verdict"]>,
  isRemembered: boolean,
): number {
  if (outcome === "allowed") return remaining <= toWhole(policy, limit) * NEAR_SHARE ? AT.near : AT.allowed;
  if (isShadow) return AT.shadow_denied;
  return isRemembered ? AT.denied_from_memory : AT.denied;
}
