// Looks a request up in the store: what the cache decides before the origin is asked.

import { toCacheKey, toKeyUrl } from "../../core/cache/cache-key.ts";
import type { CacheSettings } from "../../core/cache/cache-settings.ts";
import { type CacheDecision, decideCache, type Selection } from "../../core/cache/decide.ts";
import type { CacheRequest } from "../../core/cache/exchange.ts";
import type { FieldReader } from "../../core/cache/fields.ts";
import { isNeverFresh } from "../../core/cache/held-until.ts";
import { isPurged, type PurgeIndex } from "../../core/cache/purge-index.ts";
import { type LookupPlan, type PassPlan, planRequest } from "../../core/cache/request-plan.ts";
import type { StoredEntry, StoredResponse } from "../../core/cache/stored-response.ts";
import { selectStoredResponse, toVariantKeys } from "../../core/cache/variants.ts";
import { toNominated } from "../../core/http/forwarded-fields.ts";
import { readClock } from "../../platform/clock.ts";
import { cancelBody, type CacheStore, type Stored, type StoredBody } from "./cache-store.ts";
import { readCallerField } from "../request/caller.ts";
import type { ChangeMarks } from "./change-marks.ts";
import type { PurgeClient } from "./purge-client.ts";
import { isWebSocketUpgrade } from "../request/read-request.ts";
import type { RequestFacts } from "../request/request-facts.ts";

export interface CacheContext {
  readonly store: CacheStore;
  readonly purges: PurgeClient;
  readonly marks: ChangeMarks;
  readonly waitUntil: (promise: Promise<unknown>) => void;
}

/** A request that passes by the cache. */
export interface CacheBypass {
  readonly plan: PassPlan;
  readonly request: CacheRequest;
}

/** A request that was looked up, with what was found. */
export interface StoreLookup {
  readonly plan: LookupPlan;
  readonly request: CacheRequest;
  readonly settings: CacheSettings;
  /** The primary key. */
  readonly key: string;
  /** The mark of the key URL, as it stood at the look-up. */
  readonly mark: string;
  readonly decision: CacheDecision;
  /** What stands at the primary key. */
  readonly present: StoredEntry | undefined;
  /** The selected record's own key and body; undefined when there is none that may be used. */
  readonly found: Found | undefined;
}

export type CacheLookup = StoreLookup | CacheBypass;

export interface Found {
  readonly key: string;
  readonly record: StoredResponse;
  readonly body: StoredBody;
}

const PASS: PassPlan = Object.freeze({ kind: "pass", reason: "bypass" });

export function toCacheRequest(facts: RequestFacts): CacheRequest {
  const { request, url, search, canonicalPath, method } = facts;
  const target = {
    scheme: url.scheme,
    host: url.host,
    path: canonicalPath,
    query: search.slice(1),
  };
  const hasBody = request.body !== null;
  const isAuthenticated = facts.caller !== undefined;
  return { method, target, fields: toForwardedFields(facts), hasBody, isAuthenticated };
}

/** Without what Connection names: it never reaches the origin, so it must not choose whose answer this is. */
function toForwardedFields({ reader, header, caller }: RequestFacts): FieldReader {
  const nominated = toNominated(header("connection"));
  if (caller !== undefined) {
    const read = (name: string): string | undefined => (nominated.includes(name) ? undefined : header(name));
    return { get: (name) => readCallerField(caller, name, read) };
  }
  if (nominated.length === 0) return reader;
  return { get: (name) => (nominated.includes(name) ? undefined : header(name)) };
}

export async function lookUp(
  facts: RequestFacts,
  settings: CacheSettings,
  context: CacheContext,
): Promise<CacheLookup> {
  const request = toCacheRequest(facts);
  // A WebSocket is the origin's to open: what is stored of its URL is no answer to a handshake.
  // "/a?" and "/a" are different URIs (RFC 3986 section 6.2.3), but have the same key.
  const isKeyed = facts.search !== "?" && !isWebSocketUpgrade(facts);
  const plan = isKeyed ? planRequest(request, settings) : PASS;
  if (plan.kind === "pass") return { plan, request };
  const key = toCacheKey(request, settings, settings.key.country ? facts.country : undefined);
  const { store, purges, marks, waitUntil } = context;
  const held = store.recall(key);
  const [index, mark, primary] = await Promise.all([
    purges.read(settings.purgeWithinMs, waitUntil),
    marks.read(toKeyUrl(request.target, settings)),
    held ?? store.read(key),
  ]);
  const asked: Asked = { plan, request, settings, key, mark, index, store };
  const lookup = await select(primary, asked, (variant) => store.recall(variant) ?? store.read(variant));
  if (!lookup.isHeld || isDecided(lookup.decision)) return lookup;
  // Another isolate may have stored what this one knows nothing of: before the origin is asked, the store itself is.
  await cancelLookUp(lookup);
  return await select(await store.read(key), asked, (variant) => store.read(variant));
}

/** What a request is looked up with. */
interface Asked extends Pick<StoreLookup, "plan" | "request" | "settings" | "key" | "mark"> {
  readonly index: PurgeIndex | undefined;
  readonly store: CacheStore;
}

type Read = (key: string) => Stored | undefined | Promise<Stored | undefined>;

async function select(
  primary: Stored | undefined,
  { plan, request, settings, key, mark, index }: Asked,
  read: Read,
): Promise<StoreLookup & { readonly isHeld: boolean }> {
  const candidates = await readCandidates(primary, { key, request, settings, read });
  // Without knowledge of purges nothing stored is used: what was purged must not come back.
  const usable =
    index === undefined
      ? []
      : candidates.filter(
          ({ record }) => record.mark === mark && !isPurged(record, index, settings.key.query),
        );
  const record = selectStoredResponse(
    usable.map((candidate) => candidate.record),
    { fields: request.fields, settings },
  );
  const found = usable.find((candidate) => candidate.record === record);
  await cancelOthers(candidates, found);
  const decision = decideCache(plan, { record, miss: toMiss(primary, usable.length > 0) }, readClock());
  const isHeld = primary?.isHeld === true || candidates.some((candidate) => candidate.isHeld);
  return { plan, request, settings, key, mark, decision, present: primary?.entry, found, isHeld };
}

/** Whether no other isolate's answer would change a decision: a hit, or a question that every use asks of the origin. */
function isDecided(decision: CacheDecision): boolean {
  if (decision.kind === "hit") return true;
  return decision.kind === "forward" && decision.record !== undefined && isNeverFresh(decision.record);
}

/** Whether what was found may still be used, after a time. */
export async function isUsable(
  record: StoredResponse,
  { request, settings }: StoreLookup,
  { purges, marks, waitUntil }: CacheContext,
): Promise<boolean> {
  const [index, mark] = await Promise.all([
    purges.read(settings.purgeWithinMs, waitUntil),
    marks.read(toKeyUrl(request.target, settings)),
  ]);
  return index !== undefined && record.mark === mark && !isPurged(record, index, settings.key.query);
}

export function isHit(lookup: CacheLookup): boolean {
  return "decision" in lookup && lookup.decision.kind === "hit";
}

/** Cancels the body of a look-up whose answer is not used after all. */
export async function cancelLookUp(lookup: CacheLookup | undefined): Promise<void> {
  if (lookup !== undefined && "found" in lookup) await cancelBody(lookup.found?.body);
}

interface CandidateSource {
  readonly key: string;
  readonly request: CacheRequest;
  readonly settings: CacheSettings;
  readonly read: Read;
}

interface Candidate extends Found {
  readonly isHeld: boolean;
}

/** The record at the primary key, or the variants that its index leads to. */
async function readCandidates(
  primary: Stored | undefined,
  { key, request, settings, read }: CandidateSource,
): Promise<readonly Candidate[]> {
  if (primary === undefined) return [];
  const { entry, body, isHeld } = primary;
  if (entry.kind === "record") return [{ key, record: entry, body, isHeld }];
  if (entry.kind === "mark") return [];
  const keys = toVariantKeys(key, entry, { fields: request.fields, settings });
  const stored = await Promise.all(keys.map(async (variantKey) => read(variantKey)));
  return stored.flatMap((variant, place) =>
    variant?.entry.kind === "record"
      ? [{ key: keys[place] ?? key, record: variant.entry, body: variant.body, isHeld: variant.isHeld }]
      : [],
  );
}

function toMiss(primary: Stored | undefined, isAnyUsable: boolean): Selection["miss"] {
  if (primary === undefined) return "uri-miss";
  return primary.entry.kind === "index" || isAnyUsable ? "vary-miss" : "miss";
}

async function cancelOthers(candidates: readonly Found[], found: Found | undefined): Promise<void> {
  for (const candidate of candidates) if (candidate !== found) await cancelBody(candidate.body);
}
