// Sends a request on to the origin and its answer back: streams both ways, fields that must not cross removed, redirects
// passed on and not followed. What goes wrong becomes a problem, never an exception.

import { ZONE } from "../../core/origins/parse-origin.ts";
import type { Config } from "../../core/config/config.ts";
import {
  isDroppedFromRequests,
  toClientLocation,
  toDroppedFromResponse,
  toNominated,
} from "../../core/http/forwarded-fields.ts";
import { toCloudflareProblem, toOriginProblem } from "../../core/http/origin-failure.ts";
import { toMemberPath, toStrippedPrefix } from "../../core/origins/member-path.ts";
import type { PoolMember } from "../../core/origins/origin-pool.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { TOO_LATE, Upload } from "./upload.ts";
import { isWebSocketUpgrade, type RequestFacts } from "../request/request-facts.ts";
import { toOrigin } from "../request/request-url.ts";

export interface OriginFailure {
  readonly code: ProblemCode;
  /** The runtime's own words: for the log, never for the client. */
  readonly cause: string;
  /** When it may be otherwise, for Retry-After. */
  readonly retryAfterMs?: number;
  /** Refused here by policies of the pool, whose counter keys these are: the origin was not asked. */
  readonly denied?: { readonly violated: readonly string[]; readonly keys: ReadonlyMap<string, string> };
  /** Whether a stored answer may stand in for one that the origin's limits leave no quota for. */
  readonly mayStandIn?: boolean;
}

export type OriginAnswer = Result<Response, OriginFailure>;

export interface ForwardOptions {
  readonly config: Config;
  /** How long the origin may take, from when it has the whole request. */
  readonly timeoutMs: number;
  /** How long the client is waited for that is still sending its body. */
  readonly requestTimeoutMs: number;
  /** When there must be an answer, by the isolate's clock. */
  readonly deadlineMs?: number;
  /** Fields put over the client's, for example the cache's conditions. */
  readonly fields?: readonly (readonly [name: string, value: string])[];
  /** Fields of the client that stay here, lower case: those that the cache answers itself. */
  readonly without?: readonly string[];
  /** In place of the client's, which may be HEAD where the cache wants the whole. */
  readonly method?: "GET" | undefined;
  /** The member of an origin pool to ask, in place of the configuration's origin. */
  readonly member?: PoolMember | undefined;
  /** Taken from the front of the path, before the member does the same; "" for nothing. */
  readonly stripPrefix?: string;
}

/** The origin's response with the fields that may cross, or why there is none. */
export async function forward(facts: RequestFacts, options: ForwardOptions): Promise<OriginAnswer> {
  const upload = startUpload(facts, options);
  try {
    const asked = ask(facts, options, upload);
    const response = await Promise.race([asked, upload?.failed ?? waitFor(options.timeoutMs)]);
    if (!(response instanceof Response)) return giveUp(asked, response);
    upload?.answered();
    const problem = toCloudflareProblem(response.status);
    if (problem === undefined) return ok(toClientResponse(response, facts, options));
    await response.body?.cancel();
    return err({ code: problem, cause: `status ${response.status} in the origin's place` });
  } catch (error) {
    upload?.cancel(error);
    const cause = error instanceof Error ? error.message : String(error);
    return err({ code: toOriginProblem(cause), cause });
  }
}

function ask(facts: RequestFacts, options: ForwardOptions, upload: Upload | undefined): Promise<Response> {
  const { method = facts.request.method } = options;
  const connectTo = options.member?.connectTo;
  return fetch(toOriginUrl(facts, options), {
    method,
    headers: toOriginFields(facts, options),
    body: upload?.body ?? facts.body,
    redirect: "manual",
    // The bytes as they came: decoding and encoding anew would break digests, strong tags and lengths.
    encodeResponseBody: "manual",
    ...(connectTo === undefined ? {} : { cf: { resolveOverride: connectTo } }),
  });
}

/**
 * No abort signal, which every request would pay for, the body of its answer too. What is still asked ends with the
 * client's request.
 */
function giveUp(asked: Promise<Response>, failure: OriginFailure): OriginAnswer {
  asked.then(
    ({ body }) => body?.cancel(),
    () => undefined,
  );
  return err(failure);
}

async function waitFor(timeoutMs: number): Promise<OriginFailure> {
  await scheduler.wait(timeoutMs);
  return TOO_LATE;
}

/** undefined where no body is still to come. */
function startUpload(
  { request, body }: RequestFacts,
  { timeoutMs, requestTimeoutMs, deadlineMs = Infinity }: ForwardOptions,
): Upload | undefined {
  if (!(body instanceof ReadableStream)) return undefined;
  const bounds = { clientMsMax: requestTimeoutMs, originMsMax: timeoutMs, deadlineMs };
  return new Upload(body, request.headers, bounds);
}

/**
 * The origin, then the canonical path, which starts with exactly one slash: whatever the client writes, the authority
 * ended before its first character.
 */
function toOriginUrl(
  { url, search, canonicalPath }: RequestFacts,
  { config: { origin }, member, stripPrefix = "" }: ForwardOptions,
): string {
  const path = stripPrefix === "" ? canonicalPath : toMemberPath(canonicalPath, { stripPrefix });
  if (member !== undefined) return member.base + toMemberPath(path, member) + search;
  return (origin === ZONE ? toOrigin(url) : origin) + path + search;
}

/** The platform copies its own fields for less than it takes any others. */
function toOriginFields(facts: RequestFacts, { config, fields = [], without }: ForwardOptions): Headers {
  const { url, address, request } = facts;
  const withheld = toWithheld(facts, without);
  const sent = new Headers(request.headers);
  for (const [name, value] of facts.fields) {
    if (isDroppedFromRequests(name) || withheld.includes(name)) sent.delete(name);
    // Its lines go on as one: the origin must not read one of them where all were counted.
    else if (value.includes(", ")) sent.set(name, value);
  }
  if (isWebSocketUpgrade(facts)) sent.set("upgrade", "websocket");
  if (address !== undefined) sent.set("x-forwarded-for", address);
  sent.set("x-forwarded-proto", url.scheme);
  sent.set("x-forwarded-host", url.host);
  const passed = withheld.includes("via") ? undefined : facts.header("via");
  sent.set("via", passed === undefined ? `1.1 ${config.name}` : `${passed}, 1.1 ${config.name}`);
  for (const [name, value] of toCallerFields(facts)) sent.set(name, value);
  for (const [name, value] of fields) sent.set(name, value);
  return sent;
}

/** Fields of this request that stay here, beside those of every request: what Connection names, and the credential. */
function toWithheld({ header, caller }: RequestFacts, without: readonly string[] = []): readonly string[] {
  const nominated = toNominated(header("connection"));
  const named = without.length === 0 ? nominated : [...nominated, ...without];
  return caller?.withheld === undefined ? named : [...named, caller.withheld];
}

function toCallerFields({ caller }: RequestFacts): readonly [string, string][] {
  return caller === undefined ? [] : caller.originFields;
}

function toClientResponse(
  response: Response,
  { url, canonicalPath }: RequestFacts,
  { config, member, stripPrefix = "" }: ForwardOptions,
): Response {
  // One copy with fields that may be changed; the body stays the origin's stream.
  const copy = new Response(response.body, response);
  const { headers } = copy;
  for (const name of toDroppedFromResponse(headers.get("connection") ?? undefined)) headers.delete(name);
  const location = headers.get("location");
  const origin = member?.base ?? config.origin;
  if (location !== null && origin !== ZONE) {
    const own = toStrippedPrefix(canonicalPath, { stripPrefix });
    const path = canonicalPath.slice(own.length);
    const prefix = member === undefined ? own : own + toStrippedPrefix(path, member);
    headers.set("location", toClientLocation(location, { origin, gateway: toOrigin(url), prefix }));
  }
  return copy;
}
