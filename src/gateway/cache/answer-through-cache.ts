// Answers a request of a cached route: from the store, or from the origin by way of the store. RFC 9111's rules are in
// core/cache; here they meet streams, the Cache API and other requests for the same thing.

import {
  CONDITION_FIELDS,
  decideOnError,
  decideOnLimit,
  type Forward,
  type Hit,
  isOriginError,
} from "../../core/cache/decide.ts";
import { type CacheStatus, toCacheStatus } from "../../core/cache/cache-status.ts";
import type { Exchange } from "../../core/cache/exchange.ts";
import { settleAnswer, type Settlement } from "../../core/cache/settle-answer.ts";
import { toExchangeFields } from "../../core/cache/stored-fields.ts";
import type { StoredRecord } from "../../core/cache/stored-record.ts";
import { toChosenFields } from "../../core/cache/vary.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { readClock } from "../../platform/clock.ts";
import { answerFromCache } from "./answer-from-cache.ts";
import { cancelBody } from "./cache-store.ts";
import type { OriginAnswer, OriginFailure } from "../origins/forward.ts";
import { forget, PLAIN, startExchange, type ThroughCache, toFlightKey } from "./cache-exchange.ts";
import { keepRefreshed, keepResponse, toExchange } from "./keep-response.ts";
import { refreshInBackground } from "./refresh-in-background.ts";
import { cancelLookUp, type Found, isUsable, type Look, type LookedUp } from "./look-up.ts";

type Answer = Result<Response, OriginFailure>;
type Settle = (outcome: "stored" | "released") => void;

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
  if (isAskedAlone(look, decision))
    return await fetchThrough(look, decision, { context, settle: NOT_LEADING });
  const flight = toFlightKey(look);
  const outcome = await context.collapsing.wait(flight, context.timeoutMs);
  if (outcome === "stored") {
    const again = await context.lookUp();
    const collapsed = await answerCollapsed(again, decision, context);
    if (collapsed !== undefined) {
      await cancelLookUp(look);
      return ok(collapsed);
    }
    if (mustAsk(again)) {
      await cancelLookUp(look);
      // The answer was another variant's: those who want the same one now find each other.
      if (flight === look.key && toFlightKey(again) !== look.key)
        return await answerByOrigin(again, again.decision, context);
      // What has been stored meanwhile is asked about, and not fetched once more.
      return await fetchThrough(again, again.decision, { context, settle: NOT_LEADING });
    }
    await cancelLookUp(again);
  }
  const settle = outcome === undefined ? context.collapsing.lead(flight, context.waitUntil) : undefined;
  try {
    return await fetchThrough(look, decision, { context, settle: settle ?? NOT_LEADING });
  } catch (error) {
    settle?.("released");
    throw error;
  }
}

/** A response that must be validated on every use (no-cache) cannot be shared, so requests for it are not collapsed. */
function isAskedAlone({ plan }: LookedUp, { record }: Forward): boolean {
  return !plan.mayStore || record?.mustValidate === true;
}

function mustAsk(look: Look): look is LookedUp & { readonly decision: Forward } {
  return "decision" in look && look.decision.kind === "forward";
}

async function answerCollapsed(
  look: Look,
  { reason }: Forward,
  context: ThroughCache,
): Promise<Response | undefined> {
  if (!("decision" in look) || look.decision.kind !== "hit" || look.found === undefined) return undefined;
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
  const sent = startExchange(context);
  const answer = await askFor(look, decision, context);
  const stale = await answerStale(look, answer, { decision, context });
  if (stale !== undefined || !answer.ok) {
    settle("released");
    if (stale === undefined) await cancelLookUp(look);
    return stale ?? answer;
  }
  const exchange = toExchange(look, answer.value, { ...sent, responseTimeMs: readClock() });
  const settled = settleAnswer({ plan: look.plan, forward: decision }, exchange, look.settings);
  const course = { decision, fetching };
  if (settled.kind === "confirmed") return await answerConfirmed(look, { settled, exchange }, course);
  if (settled.kind === "passed")
    return ok(await answerPassed(look, { settled, response: answer.value }, course));
  // The 304 is about another response than the stored one: the origin is asked anew, without conditions.
  settle("released");
  context.waitUntil(forget(look, context));
  const anew = { ...decision, record: undefined, conditions: [] };
  return await fetchThrough(look, anew, { context, settle: NOT_LEADING });
}

function askFor(
  look: LookedUp,
  { record, conditions }: Forward,
  context: ThroughCache,
): Promise<OriginAnswer> {
  const chosen = toChosenFields(look.request.fields, look.settings.vary);
  // Also what is asked about a stored answer: it is compared with that one, and may take its place.
  const isForStore = look.plan.mayStore || record !== undefined;
  const fields = isForStore ? [...chosen, ...conditions, PLAIN] : [...chosen, ...conditions];
  const hasStandIn = decideOnLimit(record, readClock()) !== undefined;
  return context.ask(fields, conditions.length > 0 ? CONDITION_FIELDS : [], { hasStandIn });
}

type Confirmed = Extract<Settlement, { kind: "confirmed" }>;
type PassedOn = Extract<Settlement, { kind: "passed" }>;

interface Course {
  readonly decision: Forward;
  readonly fetching: Fetching;
}

/** RFC 9111 section 4.3.4: the origin says that what is stored is still right. */
async function answerConfirmed(
  look: LookedUp,
  { settled, exchange }: { readonly settled: Confirmed; readonly exchange: Exchange },
  { decision, fetching }: Course,
): Promise<Answer> {
  const { context, settle } = fetching;
  const { found } = look;
  if (found === undefined) throw new Error("a confirmation without a stored response");
  const { record } = settled;
  const stored = settled.refusal === undefined;
  if (stored && context.store.renew(found.key, found.record, record)) settle("stored");
  else context.waitUntil(replace(found, settled, fetching));
  const status: CacheStatus = { kind: "forward", reason: decision.reason, forwardStatus: 304, stored };
  const own = toExchangeFields(exchange.response.fields);
  return ok(await answerFromCache(look, found, { ...context, record, ageMs: settled.ageMs, status, own }));
}

/** The origin's answer goes to the client, and to the store where it may go there. */
async function answerPassed(
  look: LookedUp,
  { settled, response }: { readonly settled: PassedOn; readonly response: Response },
  course: Course,
): Promise<Response> {
  const { decision, fetching } = course;
  const { context, settle } = fetching;
  await cancelBody(look.found?.body);
  const { stored, updated, isOutdated } = settled;
  if (stored.ok) return keepAndAnswer(look, response, { ...course, record: stored.value });
  settle("released");
  if (isOutdated) context.waitUntil(forget(look, context));
  else if (updated !== undefined && look.found !== undefined) {
    context.waitUntil(keepRefreshed(context.store, look.found, updated));
  }
  const detail = stored.error === "request" ? {} : { detail: stored.error };
  return withStatus(response, context.name, { kind: "forward", reason: decision.reason, ...detail });
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
  const keeping = keepResponse(look, { store: context.store, record, body: copy });
  context.waitUntil(settleWhenKept(keeping, settle));
  const ttlMs = record.lifetimeMs - record.initialAgeMs;
  const answer = new Response(body, response);
  return withStatus(answer, context.name, { kind: "forward", reason: decision.reason, stored: true, ttlMs });
}

async function settleWhenKept(keeping: Promise<boolean>, settle: Settle): Promise<void> {
  settle((await keeping) ? "stored" : "released");
}

/** RFC 5861 section 4: the stored answer, when the origin failed or may not be asked, and stale is allowed. */
async function answerStale(
  look: LookedUp,
  answer: OriginAnswer,
  { decision, context }: { readonly decision: Forward; readonly context: ThroughCache },
): Promise<Answer | undefined> {
  if (answer.ok && !isOriginError(answer.value.status)) return undefined;
  const [stale, detail] = findStandIn(look, answer, decision);
  if (stale === undefined || look.found === undefined) return undefined;
  // It may have been purged or changed while the origin was silent.
  if (!(await isUsable(stale.record, look, context))) return undefined;
  if (answer.ok) await answer.value.body?.cancel();
  const { ageMs, ttlMs } = stale;
  const forwardStatus = answer.ok ? { forwardStatus: answer.value.status } : {};
  const status: CacheStatus = {
    kind: "forward",
    reason: decision.reason,
    ttlMs,
    detail,
    ...forwardStatus,
  };
  return ok(await answerFromCache(look, look.found, { ...context, ageMs, status }));
}

function findStandIn(
  { plan }: LookedUp,
  answer: OriginAnswer,
  { record }: Forward,
): readonly [Hit | undefined, detail: string] {
  const nowMs = readClock();
  if (!answer.ok && answer.error.denied !== undefined)
    return [answer.error.mayStandIn ? decideOnLimit(record, nowMs) : undefined, "stale-if-limited"];
  return [decideOnError(plan, record, nowMs), "stale-if-error"];
}

/** Puts a newer record in the old one's place, or removes what must not be used any longer. */
async function replace(
  found: Found,
  { record, refusal, isOutdated }: Confirmed,
  { context, settle }: Fetching,
): Promise<void> {
  if (refusal === undefined) await keepRefreshed(context.store, found, record);
  else if (isOutdated) await context.store.delete(found.key);
  settle(refusal === undefined ? "stored" : "released");
}

function withStatus(response: Response, name: string, status: CacheStatus): Response {
  response.headers.set("Cache-Status", toCacheStatus(response.headers.get("cache-status"), name, status));
  return response;
}
