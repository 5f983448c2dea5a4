// Ready-made requests, responses and records for the cache's tests; each test names only what it is about.

import { assert } from "vitest";
import { type CacheSettings, cacheSettings } from "../../../src/core/cache/cache-settings.ts";
import { createStoredResponse } from "../../../src/core/cache/create-stored-response.ts";
import type { CacheRequest, Exchange, Target } from "../../../src/core/cache/exchange.ts";
import { type FieldReader, type Fields, toFieldReader } from "../../../src/core/cache/fields.ts";
import { formatHttpDate } from "../../../src/core/http/http-date.ts";
import { type LookupPlan, planRequest } from "../../../src/core/cache/request-plan.ts";
import { type StoreRefusal, toStored } from "../../../src/core/cache/store-response.ts";
import type { StoredResponse } from "../../../src/core/cache/stored-response.ts";
import { parseWith } from "../../../src/core/schema/parse-with.ts";

/** Sun, 06 Nov 1994 08:49:37 GMT, the date of the specification's examples. */
export const NOW_MS = 784_111_777_000;

export type FieldObject = Readonly<Record<string, string>>;

export function settings(options: unknown = {}): CacheSettings {
  const parsed = parseWith(cacheSettings, options);
  assert(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

export function fieldsOf(fields: FieldObject): Fields {
  return Object.entries(fields);
}

export function readerOf(fields: FieldObject): FieldReader {
  return toFieldReader(fieldsOf(fields));
}

export interface RequestOptions {
  readonly method?: string;
  readonly target?: Partial<Target>;
  readonly fields?: FieldObject;
  readonly hasBody?: boolean;
}

export function request({
  method = "GET",
  target = {},
  fields = {},
  hasBody = false,
}: RequestOptions = {}): CacheRequest {
  return {
    method,
    target: { scheme: "https", host: "api.example", path: "/things", query: "", ...target },
    fields: readerOf(fields),
    hasBody,
  };
}

export interface ExchangeOptions extends RequestOptions {
  readonly status?: number;
  /** Of the response. Date is the arrival unless it is given; an empty one is left out. */
  readonly answer?: FieldObject;
  readonly atMs?: number;
  readonly delayMs?: number;
  readonly generation?: number;
  readonly mark?: string;
}

export function exchange(options: ExchangeOptions = {}): Exchange {
  const { status = 200, answer = {}, atMs = NOW_MS, delayMs = 0, generation = 0, mark = "" } = options;
  return {
    request: request(options),
    response: {
      status,
      fields: fieldsOf({ date: formatHttpDate(atMs), ...answer }).filter(
        ([name, value]) => name !== "date" || value !== "",
      ),
    },
    requestTimeMs: atMs - delayMs,
    responseTimeMs: atMs,
    generation,
    mark,
  };
}

/** The record of an exchange, whether or not it may be stored. */
export function record(options: ExchangeOptions = {}, route: unknown = {}): StoredResponse {
  return createStoredResponse(exchange(options), settings(route)).record;
}

/** "stored" or the reason against it. */
export function storing(options: ExchangeOptions = {}, route: unknown = {}): StoreRefusal | "stored" {
  const stored = toStored(exchange(options), settings(route));
  return stored.ok ? "stored" : stored.error;
}

export function lookupPlan(options: RequestOptions = {}, route: unknown = {}): LookupPlan {
  const plan = planRequest(request(options), settings(route));
  assert(plan.kind === "lookup", JSON.stringify(plan));
  return plan;
}
