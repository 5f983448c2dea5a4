// Sends a request on to the origin and its answer back: streams both ways, fields that must not cross removed, redirects
// passed on and not followed. What goes wrong becomes a problem, never an exception.

import { ZONE } from "../../core/origins/parse-origin.ts";
import type { Config } from "../../core/config/config.ts";
import type { ClientContext } from "../../core/http/client-fields.ts";
import { toCloudflareProblem, toOriginProblem } from "../../core/http/origin-failure.ts";
import { toMemberPath, toStrippedPrefix } from "../../core/origins/member-path.ts";
import type { PoolMember } from "../../core/origins/origin-pool.ts";
import type { UpstreamCredential } from "../../core/origins/upstream-credential.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { readClock } from "../../platform/clock.ts";
import { inTime } from "../../platform/in-time.ts";
import type { Recorder } from "../stats/recorder.ts";
import type { PolicyRow } from "../../core/policies/policy-rows.ts";
import { type BodyBounds, CLIENT_LEFT, type Exchange, openPassage } from "../request/body-pipe.ts";
import type { RequestFacts } from "../request/request-facts.ts";
import { TOO_LATE, Upload } from "./upload.ts";
import { toOrigin } from "../request/request-url.ts";
import { toClientResponse } from "./client-response.ts";
import { redactAnswer } from "./redact-answer.ts";
import { withCredentialFields, withCredentialQuery } from "./show-credential.ts";
import type { ShownCredential, UpstreamCredentials } from "./upstream-credentials.ts";
import { findWay, toAuthority } from "./reach-member.ts";
import { isRefusing } from "./is-refusing.ts";
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
  /** How long the origin may take, from when it has the whole request. */
  readonly timeoutMs: number;
  /** How long the client is waited for that is still sending its body. */
  readonly requestTimeoutMs: number;
  /** When there must be an answer, by the isolate's clock. */
  readonly deadlineMs?: number;
  /** In place of the client's, which may be HEAD where the cache wants the whole. */
  readonly method?: "GET" | undefined;
  /** The member of an origin pool to ask, in place of the configuration's origin. */
  readonly member?: PoolMember | undefined;
  /** The pool that the member is of. */
  readonly pool?: string;
  /** What the deployment's secrets make of credentials. */
  readonly credentials: UpstreamCredentials;
  /** What an origin is shown that has no credential of its own; undefined: what the caller sends. */
  readonly credential?: UpstreamCredential | undefined;
  /** undefined: nobody wants to know what came of it. */
  readonly stats: Recorder | undefined;
  /** Called before it leaves. false: whoever wanted it does not any more. */
  readonly onSend?: (() => boolean) | undefined;
  /** Taken from the front of the path, before the member does the same; "" for nothing. */
  readonly stripPrefix?: string;
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
  const startedMs = readClock();
  const answer = await send(facts, options);
  const { config, member, pool = "", stats } = options;
  stats?.asked({ pool, origin: member?.url ?? config.origin }, toResult(answer), readClock() - startedMs);
  return answer;
}

/** What came of it, in a word. */
function toResult(answer: OriginAnswer): number | string {
  if (answer.ok) return answer.value.status;
  return answer.error.isLeft === true ? "left" : (answer.error.status ?? answer.error.code);
}

function send(facts: RequestFacts, options: ForwardOptions): Promise<OriginAnswer> {
  const credential = options.member?.credential ?? options.credential;
  return credential === undefined ? askOnce(facts, options) : sendAs(credential, facts, options);
}

async function sendAs(
  credential: UpstreamCredential,
  facts: RequestFacts,
  options: ForwardOptions,
): Promise<OriginAnswer> {
  const shown = options.credentials.find(credential);
  if (!shown.ok) return err({ code: "origin-credential-missing", cause: `no usable secret ${shown.error}` });
  const answer = await askOnce(facts, withCredentialFields(options, shown.value), shown.value);
  // The runtime's words may have the URL in them.
  return answer.ok ? answer : err({ ...answer.error, cause: shown.value.finder.redact(answer.error.cause) });
}

async function askOnce(
  facts: RequestFacts,
  options: ForwardOptions,
  shown?: ShownCredential,
): Promise<OriginAnswer> {
  if (options.onSend?.() === false)
    return err({ code: "origin-closed", cause: "the call was taken back", isLeft: true });
  const way = findWay(options);
  if (way === undefined) return err({ code: "origin-unbound", cause: "the deployment lacks its binding" });
  const sending = startSending(facts, options);
  const { upload } = sending;
  try {
    const asked = way(toOriginUrl(facts, options, shown), toInit(facts, options, sending));
    const response = await (upload === undefined
      ? inTime(asked, options.timeoutMs)
      : Promise.race([asked, upload.failed]));
    if (!(response instanceof Response)) return giveUp(asked, response ?? TOO_LATE, sending.exchange);
    upload?.answered();
    const ended = options.endsWith && sending.exchange;
    const received = receive(response, toClientContext(facts, options), { exchange: ended, shown });
    return received instanceof Promise ? await received : received;
  } catch (error) {
    upload?.cancel(error);
    return err(await toFailure(error, options, upload));
  }
}

interface Sending {
  readonly exchange: Exchange | undefined;
  readonly upload: Upload | undefined;
}

const NOTHING_TO_END: Sending = { exchange: undefined, upload: undefined };

/** Most requests have no body, and nobody ends their exchange: they pay for neither. */
function startSending(facts: RequestFacts, options: ForwardOptions): Sending {
  const hasUpload = facts.body instanceof ReadableStream;
  if (options.endsWith === undefined && !hasUpload) return NOTHING_TO_END;
  const exchange = startExchange(options.endsWith);
  return { exchange, upload: hasUpload ? startUpload(facts, options, exchange.abort) : undefined };
}

interface Receiving {
  /** What its body's end has to do with; undefined: nothing. */
  readonly exchange: Exchange | undefined;
  readonly shown: ShownCredential | undefined;
}

/** The answer as it goes on. */
function receive(
  response: Response,
  context: ReturnType<typeof toClientContext>,
  { exchange: ended, shown }: Receiving,
): OriginAnswer | Promise<OriginAnswer> {
  const problem = toStatusProblem(response);
  if (problem !== undefined)
    return drop(response, { code: problem, cause: `status ${response.status}`, status: response.status });
  const named = toClientResponse(response, context);
  const redacted = shown === undefined ? ok(named) : redactAnswer(named, shown.finder);
  if (!redacted.ok)
    return drop(response, { code: "answer-unreadable", cause: redacted.error, mayHaveActed: true });
  if (ended !== undefined) openPassage(redacted.value, ended);
  return redacted;
}

/** For an answer that does not go on. */
async function drop({ body }: Response, failure: OriginFailure): Promise<OriginAnswer> {
  await body?.cancel();
  return err(failure);
}

async function toFailure(
  error: unknown,
  options: ForwardOptions,
  upload: Upload | undefined,
): Promise<OriginFailure> {
  const cause = error instanceof Error ? error.message : String(error);
  if (options.endsWith?.client?.aborted === true) return { code: "origin-closed", cause, isLeft: true };
  if (upload?.failure !== undefined) return upload.failure;
  const code = toOriginProblem(cause);
  const authority = code === "origin-closed" ? toAuthority(options) : undefined;
  if (authority === undefined || !(await isRefusing(authority))) return { code, cause };
  return { code: "origin-refused", cause, mayHaveActed: true };
}

/** What is no answer that can be passed on: a status that Cloudflare puts in an origin's place, or none of HTTP's. */
function toStatusProblem(response: Response): ProblemCode | undefined {
  const { status } = response;
  const isPassable = (status >= 200 && status <= 599) || response.webSocket !== null;
  return isPassable ? toCloudflareProblem(status) : "origin-protocol";
}

function toInit(
  facts: RequestFacts,
  options: ForwardOptions,
  { exchange, upload }: Sending,
): RequestInit<RequestInitCfProperties> {
  const { method = facts.method, member } = options;
  const init: RequestInit<RequestInitCfProperties> = {
    method,
    headers: toOriginFields(facts, options),
    body: upload?.body ?? facts.body,
    redirect: "manual",
    // The bytes as they came: decoding and encoding anew would break digests, strong tags and lengths.
    encodeResponseBody: "manual",
  };
  if (member?.connectTo !== undefined) init.cf = { resolveOverride: member.connectTo };
  if (exchange !== undefined) init.signal = exchange.signal;
  return init;
}

/** It ends in the very turn in which its client leaves: what `any` makes of two signals is aborted later. */
function startExchange({ client, bounds }: ExchangeEnds = NO_ENDS): Exchange {
  const controller = new AbortController();
  const abort = (cause: string): void => {
    controller.abort(new Error(cause));
  };
  const leave = (): void => {
    abort(CLIENT_LEFT);
  };
  if (client?.aborted === true) leave();
  else client?.addEventListener("abort", leave);
  return { signal: controller.signal, abort, bounds };
}

/** Without a signal, which every request would pay for, what is still asked ends with the client's request. */
function giveUp(
  asked: Promise<Response>,
  failure: OriginFailure,
  exchange: Exchange | undefined,
): OriginAnswer {
  exchange?.abort(failure.cause);
  asked.then(
    ({ body }) => body?.cancel(),
    () => undefined,
  );
  return err(failure);
}

/** The body that is still to come, on its way. */
function startUpload(
  { request, body, bodyBytesMax: bytesMax }: RequestFacts,
  { timeoutMs, requestTimeoutMs, deadlineMs = Infinity }: ForwardOptions,
  cut: (cause: string) => void,
): Upload | undefined {
  if (!(body instanceof ReadableStream)) return undefined;
  const bounds = { clientMsMax: requestTimeoutMs, originMsMax: timeoutMs, deadlineMs, bytesMax };
  return new Upload(body, request.headers, { bounds, cut });
}

/**
 * The origin, then the canonical path, which starts with exactly one slash: whatever the client writes, the authority
 * ended before its first character.
 */
function toOriginUrl(
  { url, search, canonicalPath }: RequestFacts,
  { config: { origin }, member, stripPrefix = "" }: ForwardOptions,
  shown: ShownCredential | undefined,
): string {
  const query = shown === undefined ? search : withCredentialQuery(search, shown);
  const path = stripPrefix === "" ? canonicalPath : toMemberPath(canonicalPath, { stripPrefix });
  if (member !== undefined) return member.base + toMemberPath(path, member) + query;
  return (origin === ZONE ? toOrigin(url) : origin) + path + query;
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
