// Plans what to do with the origin's answer to a forwarded request (RFC 9111 section 4.3.3): it confirms what is stored, or
// is passed on, and the store then has to write or remove something. An answer that failed is decideOnError's first.

import { err, type Result } from "../result.ts";
import type { CacheSettings } from "./cache-settings.ts";
import { CONDITION_FIELDS, type Forward } from "./decide.ts";
import type { CacheRequest, Exchange } from "./exchange.ts";
import { hasField } from "./fields.ts";
import {
  type NotRefreshed,
  refreshByHead,
  type Refreshed,
  refreshStoredResponse,
} from "./refresh-stored-response.ts";
import type { LookupPlan } from "./request-plan.ts";
import { type StoreRefusal, toStored } from "./store-response.ts";
import type { StoredResponse } from "./stored-response.ts";

export type AnswerPlan =
  /** A 304 that is not about what is stored: remove it, and ask again with what decideCache says of nothing stored. */
  | { readonly kind: "retry" }
  /** Answer from the record and its stored body. */
  | {
      readonly kind: "confirmed";
      readonly record: StoredResponse;
      /** Why the new record does not take the old one's place; undefined when it does. */
      readonly refusal: StoreRefusal | undefined;
      /** Remove the old record. */
      readonly isOutdated: boolean;
      /** For the Age field; undefined when the origin itself answered just now. */
      readonly ageMs: number | undefined;
    }
  /** Pass the origin's answer on. */
  | {
      readonly kind: "passed";
      /** Write it with this answer's body, or why not. */
      readonly stored: Result<StoredResponse, StoreRefusal | "request">;
      /** Write it with the body that is stored already: a HEAD found it unchanged. */
      readonly updated: StoredResponse | undefined;
      /** Remove what was stored, if nothing is written. */
      readonly isOutdated: boolean;
    };

export function planAnswer(
  { plan, forward }: { readonly plan: LookupPlan; readonly forward: Forward },
  exchange: Exchange,
  settings: CacheSettings,
): AnswerPlan {
  const { record, conditions } = forward;
  const { status } = exchange.response;
  // Without conditions of the cache's own, a 304 is about what the client has.
  if (status === 304 && record !== undefined && conditions.length > 0) {
    return confirm(refreshStoredResponse(record, exchange, settings), exchange, settings);
  }
  const asked =
    conditions.length > 0 ? { ...exchange, request: withoutConditions(exchange.request) } : exchange;
  const stored = mayStore(plan, forward) ? toStored(asked, settings) : err("request" as const);
  const updated = plan.isHead && status === 200 ? toUpdated(record, exchange, settings) : undefined;
  if (record === undefined || stored.ok || updated !== undefined) {
    return { kind: "passed", stored, updated, isOutdated: false };
  }
  const isOutdated = isOutdatedBy(status) && !isOfOneUser(stored.error, exchange.request, settings);
  return { kind: "passed", stored, updated, isOutdated };
}

function confirm(
  refreshed: Refreshed | NotRefreshed,
  { request }: Exchange,
  settings: CacheSettings,
): AnswerPlan {
  if (refreshed.kind === "other") return { kind: "retry" };
  const { refusal } = refreshed;
  const isOutdated = refusal !== undefined && !isOfOneUser(refusal, request, settings);
  return { ...refreshed, kind: "confirmed", isOutdated };
}

/** Whether the answer may be stored. A validation is sent without the client's range: its answer is whole. */
function mayStore(plan: LookupPlan, { conditions }: Forward): boolean {
  return plan.mayStore || (plan.isRange && conditions.length > 0 && !plan.directives.noStore);
}

/** The request as the gateway sent it, as far as storing its answer goes. */
export function withoutConditions(request: CacheRequest): CacheRequest {
  const { fields } = request;
  return {
    ...request,
    fields: { get: (name) => (CONDITION_FIELDS.includes(name) ? undefined : fields.get(name)) },
  };
}

/** The stored response as a HEAD updates it (section 4.3.5). */
function toUpdated(
  record: StoredResponse | undefined,
  exchange: Exchange,
  settings: CacheSettings,
): StoredResponse | undefined {
  const refreshed = record === undefined ? undefined : refreshByHead(record, exchange, settings);
  return refreshed?.kind === "refreshed" && refreshed.refusal === undefined ? refreshed.record : undefined;
}

/** Whether the answer is one user's: it says nothing of what is stored for all, since any client can send a credential. */
function isOfOneUser(
  refusal: StoreRefusal | "request",
  { fields }: CacheRequest,
  { key }: CacheSettings,
): boolean {
  if (refusal === "request-cookie") return true;
  return hasField(fields, "authorization") && !key.headers.includes("authorization");
}

/**
 * Whether an answer that is not stored itself ends the use of what is: it is what the resource is now, while most errors,
 * and a 304 for the client, say nothing about it.
 */
function isOutdatedBy(status: number): boolean {
  return (status < 400 && status !== 206 && status !== 304) || status === 404 || status === 410;
}
