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
import { type CacheStatus, toCacheResult, toCacheStatus } from "../../core/cache/cache-status.ts";
import { planAnswer, type AnswerPlan } from "../../core/cache/plan-answer.ts";
import type { StoredResponse } from "../../core/cache/stored-response.ts";
import { toChosenFields } from "../../core/cache/vary.ts";
import { isOverridden } from "../../core/cache/response-directives.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { addMember } from "../request/add-member.ts";
import { readClock } from "../../platform/clock.ts";
import { answerFromCache } from "./answer-from-cache.ts";
import { cancelBody } from "./cache-store.ts";
import type { OriginAnswer, OriginFailure } from "../origins/forward.ts";
import { copyAnswer, dropAnswer } from "../request/body-pipe.ts";
import { forget, PLAIN, startExchange, type ThroughCache, toFlightKey } from "./cache-exchange.ts";
import { keepRefreshed, keepResponse, toExchange } from "./keep-response.ts";
import { refreshInBackground } from "./refresh-in-background.ts";
import { cancelLookUp, type Found, isUsable, type CacheLookup, type StoreLookup } from "./look-up.ts";

type Answer = Result<Response, OriginFailure>;
type Publish = (outcome: "stored" | "released") => void;

const NOT_LEADING: Publish = () => undefined;

export async function answerThroughCache(lookup: CacheLookup, context: ThroughCache): Promise<Answer> {
  if (!("decision" in lookup)) {
    const answer = await context.ask([], []);
    return answer.ok
      ? ok(withStatus(answer.value, context, { kind: "forward", reason: lookup.plan.reason }))
      : answer;
  }
  const { decision, found } = lookup;
  if (decision.kind === "unsatisfied") return err({ code: "not-cached", cause: "only-if-cached" });
  if (decision.kind === "forward") return await answerByOrigin(lookup, decision, context);
  if (found === undefined) throw new Error("a hit without a stored response");
  const { ttlMs, ageMs } = decision;
  if (decision.refresh) context.waitUntil(refreshInBackground(lookup, decision.record, context));
  const status: CacheStatus = { kind: "hit", ttlMs, ...toOverride(decision.record, lookup) };
  return ok(await answerFromCache(lookup, found, { ...context, ageMs, status }));
}

/** Waits for the request that is fetching the same, or fetches, with others waiting for it. */
async function answerByOrigin(
  lookup: StoreLookup,
  decision: Forward,
  context: ThroughCache,
): Promise<Answer> {
  if (isAskedAlone(lookup, decision))
    return await fetchThrough(lookup, decision, { context, publish: NOT_LEADING });
  const flight = toFlightKey(lookup);
  const outcome = await context.collapsing.wait(flight, context.timeoutMs);
  if (outcome === "stored") {
    const again = await context.lookUp();
    const collapsed = await answerCollapsed(again, decision, context);
    if (collapsed !== undefined) {
      await cancelLookUp(lookup);
      return ok(collapsed);
    }
    if (mustAsk(again)) {
      await cancelLookUp(lookup);
      // The answer was another variant's: those who want the same one now find each other.
      if (flight === lookup.key && toFlightKey(again) !== lookup.key)
        return await answerByOrigin(again, again.decision, context);
      // What has been stored meanwhile is asked about, and not fetched once more.
      return await fetchThrough(again, again.decision, { context, publish: NOT_LEADING });
    }
    await cancelLookUp(again);
  }
  const publish = outcome === undefined ? context.collapsing.lead(flight, context.waitUntil) : undefined;
  try {
    return await fetchThrough(lookup, decision, { context, publish: publish ?? NOT_LEADING });
  } catch (error) {
    publish?.("released");
    throw error;
  }
}

/** A response that must be validated on every use (no-cache) cannot be shared, so requests for it are not collapsed. */
function isAskedAlone({ plan }: StoreLookup, { record }: Forward): boolean {
  return !plan.mayStore || record?.mustValidate === true;
}

function mustAsk(lookup: CacheLookup): lookup is StoreLookup & { readonly decision: Forward } {
  return "decision" in lookup && lookup.decision.kind === "forward";
}

async function answerCollapsed(
  lookup: CacheLookup,
  { reason }: Forward,
  context: ThroughCache,
): Promise<Response | undefined> {
  if (!("decision" in lookup) || lookup.decision.kind !== "hit" || lookup.found === undefined)
    return undefined;
  const { ageMs, ttlMs } = lookup.decision;
  const status: CacheStatus = { kind: "forward", reason, ttlMs, collapsed: true };
  return await answerFromCache(lookup, lookup.found, { ...context, ageMs, status });
}

interface Fetching {
  readonly context: ThroughCache;
  /** Tells those who wait what came of it: exactly once, as soon as it is known. */
  readonly publish: Publish;
}

async function fetchThrough(lookup: StoreLookup, decision: Forward, fetching: Fetching): Promise<Answer> {
  const { context, publish } = fetching;
  const sent = startExchange(context);
  const answer = await askFor(lookup, decision, context);
  const stale = await answerStale(lookup, answer, { decision, context });
  if (stale !== undefined || !answer.ok) {
    publish("released");
    if (stale === undefined) await cancelLookUp(lookup);
    return stale ?? answer;
  }
  const exchange = toExchange(lookup, answer.value, { ...sent, responseTimeMs: readClock() });
  const planned = planAnswer({ plan: lookup.plan, forward: decision }, exchange, lookup.settings);
  const course = { decision, fetching };
  if (planned.kind === "confirmed")
    return await answerConfirmed(lookup, planned, { ...course, confirmation: answer.value.headers });
  if (planned.kind === "passed")
    return ok(await answerPassed(lookup, { planned, response: answer.value }, course));
  // The 304 is about another response than the stored one: the origin is asked anew, without conditions.
  publish("released");
  context.waitUntil(forget(lookup, context));
  const anew = { ...decision, record: undefined, conditions: [] };
  return await fetchThrough(lookup, anew, { context, publish: NOT_LEADING });
}

function askFor(
  lookup: StoreLookup,
  { record, conditions }: Forward,
  context: ThroughCache,
): Promise<OriginAnswer> {
  const chosen = toChosenFields(lookup.request.fields, lookup.settings.vary);
  // Also what is asked about a stored answer: it is compared with that one, and may take its place.
  const isForStore = lookup.plan.mayStore || record !== undefined;
  const fields = isForStore ? [...chosen, ...conditions, PLAIN] : [...chosen, ...conditions];
  const hasStandIn = decideOnLimit(record, readClock()) !== undefined;
  return context.ask(fields, conditions.length > 0 ? CONDITION_FIELDS : [], { hasStandIn });
}

type Confirmed = Extract<AnswerPlan, { kind: "confirmed" }>;
type PassedOn = Extract<AnswerPlan, { kind: "passed" }>;

interface Course {
  readonly decision: Forward;
  readonly fetching: Fetching;
}

/** RFC 9111 section 4.3.4: the origin says that what is stored is still right. */
async function answerConfirmed(
  lookup: StoreLookup,
  planned: Confirmed,
  { decision, fetching, confirmation }: Course & { readonly confirmation: Headers },
): Promise<Answer> {
  const { context, publish } = fetching;
  const { found } = lookup;
  if (found === undefined) throw new Error("a confirmation without a stored response");
  const { record, ageMs } = planned;
  const stored = planned.refusal === undefined;
  if (stored && context.store.renew(found.key, found.record, record)) publish("stored");
  else context.waitUntil(replace(found, planned, fetching));
  const status: CacheStatus = { kind: "forward", reason: decision.reason, forwardStatus: 304, stored };
  return ok(await answerFromCache(lookup, found, { ...context, record, ageMs, status, confirmation }));
}

/** The origin's answer goes to the client, and to the store where it may go there. */
async function answerPassed(
  lookup: StoreLookup,
  { planned, response }: { readonly planned: PassedOn; readonly response: Response },
  course: Course,
): Promise<Response> {
  const { decision, fetching } = course;
  const { context, publish } = fetching;
  await cancelBody(lookup.found?.body);
  const { stored, updated, isOutdated } = planned;
  if (stored.ok) return keepAndAnswer(lookup, response, { ...course, record: stored.value });
  publish("released");
  if (isOutdated) context.waitUntil(forget(lookup, context));
  else if (updated !== undefined && lookup.found !== undefined) {
    context.waitUntil(keepRefreshed(context.store, lookup.found, updated));
  }
  const detail = stored.error === "request" ? {} : { detail: stored.error };
  return withStatus(response, context, { kind: "forward", reason: decision.reason, ...detail });
}

/** Where the Cache API has no effect, as on workers.dev. */
const WITHOUT = { detail: "no-cache-api" } as const;

/** The client gets the body as it comes; the store gets a copy. */
function keepAndAnswer(
  lookup: StoreLookup,
  response: Response,
  {
    decision,
    record,
    fetching,
  }: { readonly decision: Forward; readonly record: StoredResponse; readonly fetching: Fetching },
): Response {
  const { context, publish } = fetching;
  const answer = copyAnswer(response, (body) => {
    const keeping = keepResponse(lookup, { store: context.store, record, body });
    context.waitUntil(publishWhenKept(keeping, publish));
    return keeping;
  });
  const ttlMs = record.lifetimeMs - record.initialAgeMs;
  const { reason } = decision;
  return withStatus(answer, context, {
    kind: "forward",
    reason,
    ttlMs,
    ...(context.store.isWithout ? WITHOUT : { stored: true, ...toOverride(record, lookup) }),
  });
}

/** Says of an answer that its origin did not want it stored. */
function toOverride(
  { fields }: StoredResponse,
  { settings }: StoreLookup,
): Pick<CacheStatus & { readonly kind: "hit" }, "detail"> {
  return isOverridden(fields, settings.override) ? { detail: "override" } : {};
}

async function publishWhenKept(keeping: Promise<boolean>, publish: Publish): Promise<void> {
  publish((await keeping) ? "stored" : "released");
}

/** RFC 5861 section 4: the stored answer, when the origin failed or may not be asked, and stale is allowed. */
async function answerStale(
  lookup: StoreLookup,
  answer: OriginAnswer,
  { decision, context }: { readonly decision: Forward; readonly context: ThroughCache },
): Promise<Answer | undefined> {
  if (answer.ok && !isOriginError(answer.value.status)) return undefined;
  const [stale, detail] = findStandIn(lookup, answer, decision);
  if (stale === undefined || lookup.found === undefined) return undefined;
  // It may have been purged or changed while the origin was silent.
  if (!(await isUsable(stale.record, lookup, context))) return undefined;
  if (answer.ok) await dropAnswer(answer.value);
  const { ageMs, ttlMs } = stale;
  const forwardStatus = answer.ok ? { forwardStatus: answer.value.status } : {};
  const status: CacheStatus = {
    kind: "forward",
    reason: decision.reason,
    ttlMs,
    detail,
    ...forwardStatus,
  };
  return ok(await answerFromCache(lookup, lookup.found, { ...context, ageMs, status }));
}

function findStandIn(
  { plan }: StoreLookup,
  answer: OriginAnswer,
  { record }: Forward,
): readonly [Hit | undefined, detail: string] {
  const nowMs = readClock();
  const isOverloaded = !answer.ok && answer.error.code === "origin-overloaded";
  if (!isOverloaded && !answer.ok && answer.error.denied !== undefined)
    return [answer.error.mayStandIn ? decideOnLimit(record, nowMs) : undefined, "stale-if-limited"];
  const limited = isOverloaded ? decideOnLimit(record, nowMs) : undefined;
  if (limited !== undefined) return [limited, "stale-if-limited"];
  return [decideOnError(plan, record, { nowMs, isUnreachable: !answer.ok }), "stale-if-error"];
}

/** Puts a newer record in the old one's place, or removes what must not be used any longer. */
async function replace(
  found: Found,
  { record, refusal, isOutdated }: Confirmed,
  { context, publish }: Fetching,
): Promise<void> {
  if (refusal === undefined) await keepRefreshed(context.store, found, record);
  else if (isOutdated) await context.store.delete(found.key);
  publish(refusal === undefined ? "stored" : "released");
}

function withStatus(response: Response, { name, trace }: ThroughCache, status: CacheStatus): Response {
  const { headers } = response;
  trace.cache = toCacheResult(status);
  const member = toCacheStatus(undefined, name, status);
  addMember(headers, "Cache-Status", { list: headers.get("cache-status"), member });
  return response;
}
