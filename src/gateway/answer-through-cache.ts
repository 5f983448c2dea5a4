// Answers a request of a cached route: from the store, or from the origin by way of the store. RFC 9111's rules are in
// core/cache; here they meet streams, the Cache API and other requests for the same thing.

import { keepDecoded } from "../core/cache/decoded-record.ts";
import {
  CONDITION_FIELDS,
  decideOnError,
  type Forward,
  isOriginError,
  toConditions,
} from "../core/cache/decide.ts";
import { type CacheStatus, toCacheStatus } from "../core/cache/cache-status.ts";
import type { Exchange } from "../core/cache/exchange.ts";
import { refreshByHead, refreshRecord } from "../core/cache/refresh-record.ts";
import { toStored } from "../core/cache/store-response.ts";
import type { StoredRecord } from "../core/cache/stored-record.ts";
import { err, ok, type Result } from "../core/result.ts";
import { readClock } from "../platform/clock.ts";
import { answerFromCache } from "./answer-from-cache.ts";
import type { InFlight } from "./in-flight.ts";
import type { OriginAnswer, OriginFailure } from "./forward.ts";
import { keepRefreshed, keepResponse, toExchange } from "./keep-response.ts";
import type { CacheContext, Found, Look, LookedUp } from "./look-up.ts";

export interface ThroughCache extends CacheContext {
  readonly name: string;
  readonly inFlight: InFlight;
  /** How long to wait for another request's answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Asks the origin, with these fields put over the client's and without those. */
  readonly ask: (fields: Forward["conditions"], without: readonly string[]) => Promise<OriginAnswer>;
  /** Looks the request up: anew each time. */
  readonly lookUp: () => Promise<Look>;
  /** Looks it up before the limits, where the route's hits are free; else undefined. */
  readonly lookUpFree: () => Promise<Look | undefined>;
}

type Answer = Result<Response, OriginFailure>;
type Settle = (outcome: "stored" | "released") => void;

/** What is stored serves clients of every coding, so it is asked for without one; the edge encodes for each client. */
const PLAIN = ["accept-encoding", "identity"] as const;
const NOT_LEADING: Settle = () => undefined;

export async function answerThroughCache(look: Look, context: ThroughCache): Promise<Answer> {
  if (look.plan.kind === "pass") {
    const answer = await context.ask([], []);
    return answer.ok
      ? ok(withStatus(answer.value, context.name, { kind: "forward", reason: look.plan.reason }))
      : answer;
  }
  const looked = look as LookedUp;
  const { decision, found } = looked;
  if (decision.kind === "unsatisfied") return err({ code: "not-cached", cause: "only-if-cached" });
  if (decision.kind === "forward") return await answerByOrigin(looked, decision, context);
  if (found === undefined) throw new Error("a hit without a stored response");
  const { ttlMs, ageMs } = decision;
  if (decision.refresh) context.waitUntil(refreshInBackground(looked, decision.record, context));
  return ok(await answerFromCache(looked, found, { ...context, ageMs, status: { kind: "hit", ttlMs } }));
}

/** Waits for whoever is fetching the same, else fetches, and lets others wait. */
async function answerByOrigin(look: LookedUp, decision: Forward, context: ThroughCache): Promise<Answer> {
  if (!look.plan.mayStore) return await fetchThrough(look, decision, { context, settle: NOT_LEADING });
  const outcome = await context.inFlight.wait(look.key, context.timeoutMs);
  if (outcome === "stored") {
    const collapsed = await answerCollapsed(decision, context);
    if (collapsed !== undefined) {
      await look.found?.response.body?.cancel();
      return ok(collapsed);
    }
  }
  const settle = outcome === undefined ? context.inFlight.lead(look.key, context.waitUntil) : undefined;
  try {
    return await fetchThrough(look, decision, { context, settle: settle ?? NOT_LEADING });
  } catch (error) {
    settle?.("released");
    throw error;
  }
}

async function answerCollapsed({ reason }: Forward, context: ThroughCache): Promise<Response | undefined> {
  const again = await context.lookUp();
  if (again.plan.kind === "pass") return undefined;
  const look = again as LookedUp;
  if (look.decision.kind !== "hit" || look.found === undefined) return undefined;
  const { ageMs, ttlMs } = look.decision;
  const status: CacheStatus = { kind: "forward", reason, ttlMs, collapsed: true };
  return await answerFromCache(look, look.found, { ...context, ageMs, status });
}

interface Fetching {
  readonly context: ThroughCache;
  /** Tells those who wait what came of it: exactly once, as soon as it is known. */
  readonly settle: Settle;
}

async function fetchThrough(look: LookedUp, decision: Forward, fetching: Fetching): Promise<Answer> {
  const { context, settle } = fetching;
  const { conditions } = decision;
  const requestTimeMs = readClock();
  const generation = context.purges.latest;
  const fields = look.plan.mayStore ? [...conditions, PLAIN] : conditions;
  const answer = await context.ask(fields, conditions.length > 0 ? CONDITION_FIELDS : []);
  const stale = await answerStale(look, answer, { decision, context });
  if (stale !== undefined || !answer.ok) {
    settle("released");
    return stale ?? answer;
  }
  const times = { requestTimeMs, responseTimeMs: readClock(), generation };
  const arrived = { response: answer.value, exchange: toExchange(look, answer.value, times) };
  return answer.value.status === 304 && conditions.length > 0
    ? await answerValidated(look, arrived, { decision, fetching })
    : await answerArrived(look, arrived, { decision, fetching });
}

/** What came from the origin just now. */
interface Arrived {
  readonly response: Response;
  readonly exchange: Exchange;
}

interface Course {
  readonly decision: Forward;
  readonly fetching: Fetching;
}

/** RFC 9111 section 4.3.4: the origin says that what is stored is still right. */
async function answerValidated(
  look: LookedUp,
  { exchange }: Arrived,
  { decision, fetching }: Course,
): Promise<Answer> {
  const { context, settle } = fetching;
  const { found, settings } = look;
  const refreshed = found === undefined ? undefined : refreshRecord(found.record, exchange, settings);
  if (found === undefined || refreshed?.kind !== "refreshed") {
    // The 304 is about another response than the stored one: the origin is asked anew, without conditions.
    settle("released");
    const anew = { ...decision, record: undefined, conditions: [] };
    return await fetchThrough(look, anew, { context, settle: NOT_LEADING });
  }
  const { ageMs } = refreshed;
  const record = keepDecoded(found.record, refreshed.record);
  const stored = refreshed.refusal === undefined;
  context.waitUntil(replace(found, stored ? record : undefined, fetching));
  const status: CacheStatus = { kind: "forward", reason: decision.reason, forwardStatus: 304, stored };
  return ok(await answerFromCache(look, found, { ...context, record, ageMs, status }));
}

/** A full answer, or a HEAD's: to the client, and to the store where it may go there. */
async function answerArrived(
  look: LookedUp,
  arrived: Arrived,
  { decision, fetching }: Course,
): Promise<Answer> {
  const { context, settle } = fetching;
  const { response, exchange } = arrived;
  await look.found?.response.body?.cancel();
  refreshFromHead(look, arrived, fetching);
  const stored = look.plan.mayStore ? toStored(exchange, look.settings) : undefined;
  if (stored?.ok === true) {
    return ok(keepAndAnswer(look, response, { decision, record: stored.value, fetching }));
  }
  settle("released");
  const detail = stored === undefined ? {} : { detail: stored.error };
  return ok(withStatus(response, context.name, { kind: "forward", reason: decision.reason, ...detail }));
}

/** RFC 9111 section 4.3.5: a HEAD's 200 updates what is stored of the GET, or proves it outdated. */
function refreshFromHead(
  { plan, found, settings }: LookedUp,
  { response, exchange }: Arrived,
  fetching: Fetching,
): void {
  if (!plan.isHead || found === undefined || response.status !== 200) return;
  const refreshed = refreshByHead(found.record, exchange, settings);
  const isKept = refreshed.kind === "refreshed" && refreshed.refusal === undefined;
  fetching.context.waitUntil(replace(found, isKept ? refreshed.record : undefined, fetching));
}

/** The client gets the body as it comes; the store gets a copy. */
function keepAndAnswer(
  look: LookedUp,
  response: Response,
  {
    decision,
    record,
    fetching,
  }: { readonly decision: Forward; readonly record: StoredRecord; readonly fetching: Fetching },
): Response {
  const { context, settle } = fetching;
  const [body, copy] = response.body === null ? [null, null] : response.body.tee();
  const encoding = response.headers.get("content-encoding");
  const keeping = keepResponse(look, { store: context.store, record, body: copy, encoding });
  context.waitUntil(settleWhenKept(keeping, settle));
  const { status, statusText, headers } = response;
  const ttlMs = record.lifetimeMs - record.initialAgeMs;
  const answer = new Response(body, { status, statusText, headers });
  return withStatus(answer, context.name, { kind: "forward", reason: decision.reason, stored: true, ttlMs });
}

async function settleWhenKept(keeping: Promise<boolean>, settle: Settle): Promise<void> {
  settle((await keeping) ? "stored" : "released");
}

/** RFC 5861 section 4: the stored answer, when the origin failed and stale is allowed. */
async function answerStale(
  look: LookedUp,
  answer: OriginAnswer,
  { decision, context }: { readonly decision: Forward; readonly context: ThroughCache },
): Promise<Answer | undefined> {
  if (answer.ok && !isOriginError(answer.value.status)) return undefined;
  const stale = decideOnError(look.plan, decision.record, readClock());
  if (stale === undefined || look.found === undefined) return undefined;
  if (answer.ok) await answer.value.body?.cancel();
  const { ageMs, ttlMs } = stale;
  const forwardStatus = answer.ok ? { forwardStatus: answer.value.status } : {};
  const status: CacheStatus = {
    kind: "forward",
    reason: decision.reason,
    ttlMs,
    detail: "stale-if-error",
    ...forwardStatus,
  };
  return ok(await answerFromCache(look, look.found, { ...context, ageMs, status }));
}

/** RFC 5861 section 3: one refresh per key and isolate, while the client already has its answer. */
async function refreshInBackground(
  look: LookedUp,
  record: StoredRecord,
  context: ThroughCache,
): Promise<void> {
  const settle = context.inFlight.lead(look.key, context.waitUntil);
  if (settle === undefined || look.found === undefined) return;
  const requestTimeMs = readClock();
  const generation = context.purges.latest;
  let isKept = false;
  try {
    const conditions = toConditions(record);
    const answer = await context.ask([...conditions, PLAIN], CONDITION_FIELDS);
    if (!answer.ok) return;
    const response = answer.value;
    const exchange = toExchange(look, response, { requestTimeMs, responseTimeMs: readClock(), generation });
    if (response.status === 304) {
      const refreshed = refreshRecord(record, exchange, look.settings);
      const isUsable = refreshed.kind === "refreshed" && refreshed.refusal === undefined;
      isKept =
        isUsable &&
        (await keepRefreshed(context.store, look.found.key, keepDecoded(record, refreshed.record)));
      return;
    }
    const stored = toStored(exchange, look.settings);
    if (!stored.ok) return await response.body?.cancel();
    const encoding = response.headers.get("content-encoding");
    isKept = await keepResponse(look, {
      store: context.store,
      record: stored.value,
      body: response.body,
      encoding,
    });
  } finally {
    settle(isKept ? "stored" : "released");
  }
}

/** Puts a newer record in the old one's place, or removes what must not be used any longer. */
async function replace(
  found: Found,
  record: StoredRecord | undefined,
  { context, settle }: Fetching,
): Promise<void> {
  if (record === undefined) await context.store.delete(found.key);
  else await keepRefreshed(context.store, found.key, record);
  settle(record === undefined ? "released" : "stored");
}

function withStatus(response: Response, name: string, status: CacheStatus): Response {
  response.headers.set("Cache-Status", toCacheStatus(response.headers.get("cache-status"), name, status));
  return response;
}
