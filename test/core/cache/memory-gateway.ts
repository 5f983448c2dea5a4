// The smallest gateway around the cache's core: the store is a Map, the origin a function, the clock an argument. It
// makes every call in the order in which a real gateway makes them.

import { type Answer, toAgeSeconds, toAnswer } from "../../../src/core/cache/answer.ts";
import { toCacheKey, toKeyUrl } from "../../../src/core/cache/cache-key.ts";
import type { CacheSettings } from "../../../src/core/cache/cache-settings.ts";
import { type CacheStatus, toCacheStatus } from "../../../src/core/cache/cache-status.ts";
import {
  CONDITION_FIELDS,
  decideCache,
  decideOnError,
  type Forward,
  type Hit,
  isOriginError,
  type Selection,
  toRefresh,
} from "../../../src/core/cache/decide.ts";
import type { CacheRequest, OriginResponse } from "../../../src/core/cache/exchange.ts";
import { type FieldReader, type Fields, toFieldReader } from "../../../src/core/cache/fields.ts";
import { toInvalidations } from "../../../src/core/cache/invalidation.ts";
import { parseStored } from "../../../src/core/cache/parse-stored.ts";
import { createPurgeIndex, isPurged, type PurgeIndex } from "../../../src/core/cache/purge-index.ts";
import { addPurge, NO_PURGES, type Purge, type PurgeState } from "../../../src/core/cache/purge-state.ts";
import { type LookupPlan, planRequest } from "../../../src/core/cache/request-plan.ts";
import { planAnswer } from "../../../src/core/cache/plan-answer.ts";
import { NO_MARK, type StoredResponse } from "../../../src/core/cache/stored-response.ts";
import { selectStoredResponse, toStorePlace, toVariantKeys } from "../../../src/core/cache/variants.ts";

export type OriginAnswer = OriginResponse & { readonly body: string };
/** undefined when it does not answer. */
export type Origin = (request: CacheRequest) => OriginAnswer | undefined;

export interface GatewayAnswer {
  readonly status: number;
  readonly fields: FieldReader;
  readonly body: string;
}

/** A request and where its answer is stored. */
interface Found {
  readonly request: CacheRequest;
  readonly plan: LookupPlan;
  readonly primaryKey: string;
  readonly key: string;
}

interface StoredBody {
  readonly metadata: string;
  readonly body: string;
}

const NO_ANSWER: GatewayAnswer = { status: 502, fields: toFieldReader([]), body: "" };

export class MemoryGateway {
  readonly #settings: CacheSettings;
  readonly #origin: Origin;
  readonly #store = new Map<string, StoredBody>();
  /** How often each key URL was changed. */
  readonly #changes = new Map<string, number>();
  #purges: PurgeState = NO_PURGES;
  #purgeIndex: PurgeIndex = createPurgeIndex(NO_PURGES);

  constructor(settings: CacheSettings, origin: Origin) {
    this.#settings = settings;
    this.#origin = origin;
  }

  handle(request: CacheRequest, nowMs: number): GatewayAnswer {
    const plan = planRequest(request, this.#settings);
    if (plan.kind === "pass") return this.#pass(request, plan.reason);
    const primaryKey = toCacheKey(request, this.#settings);
    const { key, ...lookup } = this.#lookUp(primaryKey, request);
    const decision = decideCache(plan, lookup, nowMs);
    if (decision.kind === "unsatisfied") return { ...NO_ANSWER, status: 504 };
    const found: Found = { request, plan, primaryKey, key };
    if (decision.kind === "forward") return this.#forward(found, decision, nowMs);
    const answer = this.#answerHit(found, decision, nowMs);
    if (decision.refresh) this.#refresh(found, decision.record, nowMs);
    return answer;
  }

  purge(purge: Purge, nowMs: number): void {
    this.#purges = addPurge(this.#purges, purge, nowMs);
    this.#purgeIndex = createPurgeIndex(this.#purges);
  }

  #pass(request: CacheRequest, reason: "bypass" | "method" | "request"): GatewayAnswer {
    const response = this.#origin(request);
    if (response === undefined) return NO_ANSWER;
    for (const target of toInvalidations(request, { ...response, fields: toFieldReader(response.fields) })) {
      const url = toKeyUrl(target, this.#settings);
      this.#changes.set(url, (this.#changes.get(url) ?? 0) + 1);
    }
    return toGatewayAnswer(response, response.body, { kind: "forward", reason });
  }

  #read(key: string, mark: string): StoredResponse | undefined {
    const entry = parseStored(this.#store.get(key)?.metadata ?? "");
    if (entry?.kind !== "record" || entry.mark !== mark) return undefined;
    return isPurged(entry, this.#purgeIndex, this.#settings.key.query) ? undefined : entry;
  }

  #toMark({ target }: CacheRequest): string {
    return String(this.#changes.get(toKeyUrl(target, this.#settings)) ?? NO_MARK);
  }

  #lookUp(primaryKey: string, request: CacheRequest): Selection & { readonly key: string } {
    const { fields } = request;
    const mark = this.#toMark(request);
    const context = { fields, settings: this.#settings };
    const present = parseStored(this.#store.get(primaryKey)?.metadata ?? "");
    const keys = present?.kind === "index" ? toVariantKeys(primaryKey, present, context) : [primaryKey];
    const found = new Map<StoredResponse, string>();
    for (const key of keys) {
      const stored = this.#read(key, mark);
      if (stored !== undefined) found.set(stored, key);
    }
    const record = selectStoredResponse([...found.keys()], context);
    const key = (record === undefined ? undefined : found.get(record)) ?? primaryKey;
    return { record, miss: present?.kind === "index" ? "vary-miss" : "uri-miss", key };
  }

  #answerHit(found: Found, { record, ageMs, ttlMs }: Hit, nowMs: number): GatewayAnswer {
    return carryOut(this.#answerFrom(found, record, nowMs), { kind: "hit", ttlMs }, ageMs);
  }

  #answerFrom(found: Found, record: StoredResponse, nowMs: number): Answer & { readonly stored: string } {
    const stored = this.#store.get(found.key)?.body ?? "";
    const context = {
      request: found.request.fields,
      nowMs,
      bodyBytes: stored.length,
      createBoundary: () => "SEP",
    };
    return { ...toAnswer(record, found.plan, context), stored };
  }

  #forward(found: Found, forward: Forward, nowMs: number): GatewayAnswer {
    const response = this.#origin(withConditions(found.request, forward.conditions));
    if (response === undefined || isOriginError(response.status)) {
      const hit = decideOnError(found.plan, forward.record, { nowMs, isUnreachable: response === undefined });
      if (hit !== undefined) return this.#answerHit(found, hit, nowMs);
    }
    return response === undefined ? NO_ANSWER : this.#settle(found, { forward, response }, nowMs);
  }

  #settle(
    found: Found,
    { forward, response }: { readonly forward: Forward; readonly response: OriginAnswer },
    nowMs: number,
  ): GatewayAnswer {
    const { request, plan, key } = found;
    const generation = this.#purges.latest;
    const sent = { requestTimeMs: nowMs, responseTimeMs: nowMs, generation, mark: this.#toMark(request) };
    const exchange = { request, response, ...sent };
    const settlement = planAnswer({ plan, forward }, exchange, this.#settings);
    const status: CacheStatus = { kind: "forward", reason: forward.reason, forwardStatus: response.status };
    if (settlement.kind === "retry") {
      this.#store.delete(key);
      return this.#forward(found, { ...forward, record: undefined, conditions: [] }, nowMs);
    }
    if (settlement.kind === "confirmed") {
      const answer = this.#answerFrom(found, settlement.record, nowMs);
      if (settlement.isOutdated) this.#store.delete(key);
      if (settlement.refusal === undefined) this.#write(found, settlement.record, answer.stored);
      return carryOut(answer, status, settlement.ageMs);
    }
    const { stored, updated, isOutdated } = settlement;
    if (stored.ok) this.#write(found, stored.value, response.body);
    if (updated !== undefined) this.#write(found, updated, this.#store.get(key)?.body ?? "");
    if (isOutdated) this.#store.delete(key);
    return toGatewayAnswer(response, response.body, { ...status, stored: stored.ok });
  }

  /** As a real gateway does behind an answer: a plain GET, with the conditions of what is stored. */
  #refresh(found: Found, record: StoredResponse, nowMs: number): void {
    const fields = without(found.request.fields, CONDITION_FIELDS);
    const request: CacheRequest = { ...found.request, method: "GET", fields };
    const plan = planRequest(request, this.#settings);
    if (plan.kind === "lookup") this.#forward({ ...found, request, plan }, toRefresh(record), nowMs);
  }

  #write({ primaryKey, request }: Found, record: StoredResponse, body: string): void {
    const present = parseStored(this.#store.get(primaryKey)?.metadata ?? "");
    const context = { fields: request.fields, settings: this.#settings, present };
    const { key, index } = toStorePlace(primaryKey, record, context);
    if (index !== undefined) this.#store.set(primaryKey, { metadata: JSON.stringify(index), body: "" });
    this.#store.set(key, { metadata: JSON.stringify(record), body });
  }
}

function withConditions(request: CacheRequest, conditions: Fields): CacheRequest {
  if (conditions.length === 0) return request;
  const set = toFieldReader(conditions);
  const rest = without(request.fields, CONDITION_FIELDS);
  return { ...request, fields: { get: (name) => set.get(name) ?? rest.get(name) } };
}

function without(fields: FieldReader, names: readonly string[]): FieldReader {
  return { get: (name) => (names.includes(name) ? undefined : fields.get(name)) };
}

function carryOut(
  { status, fields, body, stored }: Answer & { readonly stored: string },
  cacheStatus: CacheStatus,
  ageMs: number | undefined,
): GatewayAnswer {
  const age: Fields = ageMs === undefined ? [] : [["age", String(toAgeSeconds(ageMs))]];
  const segments = body.kind === "segments" ? body.segments : [];
  const parts = segments.map((part) =>
    typeof part === "string" ? part : stored.slice(part.first, part.last + 1),
  );
  return toGatewayAnswer(
    { status, fields: [...fields, ...age] },
    body.kind === "whole" ? stored : parts.join(""),
    cacheStatus,
  );
}

function toGatewayAnswer(
  { status, fields }: OriginResponse,
  body: string,
  cacheStatus: CacheStatus,
): GatewayAnswer {
  const received = toFieldReader(fields).get("cache-status");
  const rest = fields.filter(([name]) => name !== "cache-status");
  return {
    status,
    fields: toFieldReader([...rest, ["cache-status", toCacheStatus(received, "gw", cacheStatus)]]),
    body,
  };
}
