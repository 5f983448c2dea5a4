// Sends a request on to the origin and its answer back: streams both ways, fields that must not cross removed, redirects
// passed on and not followed. What goes wrong becomes a problem, never an exception.

import { ZONE } from "../../core/origins/parse-origin.ts";
import type { Config } from "../../core/config/config.ts";
import type { ClientContext } from "../../core/http/client-fields.ts";
import { toCloudflareProblem, toOriginProblem } from "../../core/http/origin-failure.ts";
import { toMemberPath, toStrippedPrefix } from "../../core/origins/member-path.ts";
import type { PoolMember } from "../../core/origins/origin-pool.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { PolicyRow } from "../limits/policy-rows.ts";
import { type BodyBounds, type Exchange, openPassage } from "../request/body-pipe.ts";
import type { RequestFacts } from "../request/request-facts.ts";
import { toOrigin } from "../request/request-url.ts";
import { toClientResponse } from "./client-response.ts";
import { isRefusing } from "./is-refusing.ts";
import { startUpload, type Upload } from "./upload.ts";
import { type OriginFieldsOptions, toOriginFields } from "./origin-fields.ts";

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
  /** Nobody waits for an answer any longer: it is no fault of the origin's. */
  readonly isLeft?: boolean;
}

export type OriginAnswer = Result<Response, OriginFailure>;

export interface ForwardOptions extends OriginFieldsOptions {
  readonly config: Config;
  readonly timeoutMs: number;
  /** In place of the client's, which may be HEAD where the cache wants the whole. */
  readonly method?: "GET" | undefined;
  /** The member of an origin pool to ask, in place of the configuration's origin. */
  readonly member?: PoolMember | undefined;
  /** Taken from the front of the path, before the member does the same; "" for nothing. */
  readonly stripPrefix?: string;
  /** The request's body where it was kept; undefined: as it comes. */
  readonly body?: ArrayBuffer | null | undefined;
  /** undefined: it ends by itself, or is left to end with the client's request. */
  readonly endsWith?: ExchangeEnds | undefined;
}

/** What ends the exchange with the origin before its time. */
export interface ExchangeEnds {
  /** Aborted when the client leaves. */
  readonly client: AbortSignal | undefined;
  readonly bounds: BodyBounds | undefined;
}

const NO_ENDS: ExchangeEnds = { client: undefined, bounds: undefined };

/** The origin's response with the fields that may cross, or why there is none. */
export async function forward(facts: RequestFacts, options: ForwardOptions): Promise<OriginAnswer> {
  const { timeoutMs, endsWith } = options;
  const source = options.body === undefined ? findUpload(facts) : undefined;
  const exchange = endsWith === undefined && source === undefined ? undefined : startExchange(endsWith);
  const upload = source && exchange && startUpload(source, exchange.abort);
  try {
    const asked = fetch(toOriginUrl(facts, options), toInit(facts, options, { exchange, upload }));
    const response = await Promise.race([asked, scheduler.wait(timeoutMs)]);
    if (response === undefined) return giveUp(asked, exchange);
    const problem = toStatusProblem(response);
    if (problem === undefined) {
      const answer = toClientResponse(response, toClientContext(facts, options));
      if (endsWith !== undefined) openPassage(answer, exchange);
      return ok(answer);
    }
    await response.body?.cancel();
    return err({ code: problem, cause: `status ${response.status}`, status: response.status });
  } catch (error) {
    return err(await toFailure(error, options, upload));
  }
}

async function toFailure(
  error: unknown,
  options: ForwardOptions,
  upload: Upload | undefined,
): Promise<OriginFailure> {
  const cause = error instanceof Error ? error.message : String(error);
  if (options.endsWith?.client?.aborted === true) return { code: "origin-closed", cause, isLeft: true };
  if (upload?.isBroken() === true) return { code: "body-incomplete", cause };
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

function toInit(
  facts: RequestFacts,
  options: ForwardOptions,
  { exchange, upload }: { readonly exchange: Exchange | undefined; readonly upload: Upload | undefined },
): RequestInit<RequestInitCfProperties> {
  const { request } = facts;
  const { method = request.method, member, body } = options;
  const connectTo = member?.connectTo;
  return {
    method,
    headers: toOriginFields(facts, options),
    body: upload?.body ?? (body === undefined ? toBody(request) : body),
    redirect: "manual",
    // The bytes as they came: decoding and encoding anew would break digests, strong tags and lengths.
    encodeResponseBody: "manual",
    ...(connectTo === undefined ? {} : { cf: { resolveOverride: connectTo } }),
    ...(exchange === undefined ? {} : { signal: exchange.signal }),
  };
}

/** It ends in the very turn in which its client leaves: what `any` makes of two signals is aborted later. */
function startExchange({ client, bounds }: ExchangeEnds = NO_ENDS): Exchange {
  const controller = new AbortController();
  const abort = (cause: string): void => {
    controller.abort(new Error(cause));
  };
  const leave = (): void => {
    abort("the client has left");
  };
  if (client?.aborted === true) leave();
  else client?.addEventListener("abort", leave);
  return { signal: controller.signal, abort, bounds };
}

/** Without a signal, which every request would pay for, what is still asked ends with the client's request. */
function giveUp(asked: Promise<Response>, exchange: Exchange | undefined): OriginAnswer {
  const cause = "no header section in time";
  exchange?.abort(cause);
  asked.then(
    ({ body }) => body?.cancel(),
    () => undefined,
  );
  return err({ code: "origin-timeout", cause });
}

/** What has a stated length is cut by the platform where it is not whole, and costs less to pass on as it is. */
function findUpload({ request, header }: RequestFacts): ReadableStream | undefined {
  return header("content-length") === undefined ? (toBody(request) ?? undefined) : undefined;
}

function toBody(request: Request): ReadableStream | null {
  const { method } = request;
  return method === "GET" || method === "HEAD" ? null : request.body;
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

/** The names of the origin and the gateway; undefined where they are the same. */
function toClientContext(
  { url, canonicalPath }: RequestFacts,
  { config, member, stripPrefix = "" }: ForwardOptions,
): ClientContext | undefined {
  const origin = member?.base ?? config.origin;
  if (origin === ZONE) return undefined;
  const own = toStrippedPrefix(canonicalPath, { stripPrefix });
  const path = canonicalPath.slice(own.length);
  const prefix = member === undefined ? own : own + toStrippedPrefix(path, member);
  return { origin, gateway: toOrigin(url), prefix };
}
