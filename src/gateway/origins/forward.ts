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
import type { PolicyRow } from "../limits/policy-rows.ts";
import { isWebSocketUpgrade } from "../request/read-request.ts";
import type { RequestFacts } from "../request/request-facts.ts";
import { toOrigin } from "../request/request-url.ts";
import { isRefusing } from "./is-refusing.ts";
import { startUpload } from "./upload.ts";

export interface OriginFailure {
  readonly code: ProblemCode;
  /** The runtime's own words: for the log, never for the client. */
  readonly cause: string;
  /** What was answered, where that is not passed on. */
  readonly status?: number;
  /** The origin may have acted on the request all the same, whatever the code says. */
  readonly mayHaveActed?: boolean;
  /** When it may be otherwise, for Retry-After. */
  readonly retryAfterMs?: number;
  /** Refused here by policies of the pool, of all that count its calls: the origin was not asked. */
  readonly denied?: { readonly violated: readonly string[]; readonly rows: readonly PolicyRow[] };
  /** Whether a stored answer may stand in for one that the origin's limits leave no quota for. */
  readonly mayStandIn?: boolean;
}

export type OriginAnswer = Result<Response, OriginFailure>;

export interface ForwardOptions {
  readonly config: Config;
  readonly timeoutMs: number;
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
  /** The request's body where it was kept; undefined: as it comes. */
  readonly body?: ArrayBuffer | null | undefined;
}

/** The origin's response with the fields that may cross, or why there is none. */
export async function forward(facts: RequestFacts, options: ForwardOptions): Promise<OriginAnswer> {
  const headers = toOriginFields(facts, options);
  const { request } = facts;
  const { method = request.method } = options;
  const connectTo = options.member?.connectTo;
  const sent = options.body === undefined ? sendBody(facts) : { body: options.body };
  try {
    const asked = fetch(toOriginUrl(facts, options), {
      method,
      headers,
      ...sent,
      redirect: "manual",
      // The bytes as they came: decoding and encoding anew would break digests, strong tags and lengths.
      encodeResponseBody: "manual",
      ...(connectTo === undefined ? {} : { cf: { resolveOverride: connectTo } }),
    });
    const response = await Promise.race([asked, scheduler.wait(options.timeoutMs)]);
    if (response === undefined) return giveUp(asked);
    const problem = toStatusProblem(response);
    if (problem === undefined) return ok(toClientResponse(response, facts, options));
    await response.body?.cancel();
    return err({ code: problem, cause: `status ${response.status}`, status: response.status });
  } catch (error) {
    return err(await toFailure(error, sent, options));
  }
}

async function toFailure(
  error: unknown,
  { signal }: SentBody,
  options: ForwardOptions,
): Promise<OriginFailure> {
  const cause = error instanceof Error ? error.message : String(error);
  if (signal?.aborted === true) return { code: "body-incomplete", cause };
  const code = toOriginProblem(cause);
  const authority = code === "origin-closed" ? toAuthority(options) : undefined;
  if (authority === undefined || !(await isRefusing(authority))) return { code, cause };
  return { code: "origin-refused", cause, mayHaveActed: true };
}

/** Where an origin's connections are made; undefined for a zone's, which only the platform knows. */
function toAuthority({ config: { origin }, member }: ForwardOptions): string | undefined {
  if (member === undefined && origin === ZONE) return undefined;
  const { protocol, hostname, port } = new URL(member?.base ?? origin);
  return `${member?.connectTo ?? hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
}

/** What is no answer that can be passed on: a status that Cloudflare puts in an origin's place, or none of HTTP's. */
function toStatusProblem({ status, webSocket }: Response): ProblemCode | undefined {
  const isPassable = (status >= 200 && status <= 599) || webSocket !== null;
  return isPassable ? toCloudflareProblem(status) : "origin-protocol";
}

/**
 * No abort signal, which every request would pay for, the body of its answer too. What is still asked ends with the
 * client's request.
 */
function giveUp(asked: Promise<Response>): OriginAnswer {
  asked.then(
    ({ body }) => body?.cancel(),
    () => undefined,
  );
  return err({ code: "origin-timeout", cause: "no header section in time" });
}

interface SentBody {
  readonly body: ReadableStream | ArrayBuffer | null;
  /** Aborted when the client's body fails. */
  readonly signal?: AbortSignal;
}

/** What has a stated length is cut by the platform where it is not whole, and costs less to pass on as it is. */
function sendBody({ request: { method, body }, header }: RequestFacts): SentBody {
  if (body === null || method === "GET" || method === "HEAD") return { body: null };
  return header("content-length") === undefined ? startUpload(body) : { body };
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
