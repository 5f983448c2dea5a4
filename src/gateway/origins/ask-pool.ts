// Asks an origin pool: a member that is well, and after a failure that is safe to repeat another one, within the pool's
// retry budget. What goes wrong becomes a problem, never an exception.

import { parseRetryAfter } from "../../core/http/retry-after.ts";
import { toAffinityHash } from "../../core/origins/affinity-hash.ts";
import { hash32 } from "../../core/keys/hash32.ts";
import {
  type AttemptOutcome,
  decideRetry,
  isBad,
  isLacking,
  isOfPath,
  isSafeToRepeat,
} from "../../core/origins/decide-retry.ts";
import { type Attempted, judgeAnswer } from "../../core/origins/judge-answer.ts";
import type { MemberCall } from "../../core/origins/member-states.ts";
import type { OriginPool, PoolMember } from "../../core/origins/origin-pool.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { parseUnits } from "../../core/policies/route-cost.ts";
import { readClock } from "../../platform/clock.ts";
import { askPartsAgain } from "./ask-parts-again.ts";
import { forward, type ForwardOptions, type OriginAnswer, type OriginFailure } from "./forward.ts";
import { MemberCalls, readLeft } from "./member-calls.ts";
import type { Heard, OutboundContext } from "./outbound.ts";
import type { PoolClient } from "./pool-client.ts";
import { countFlight, shedLoad } from "./shed-load.ts";
import { AWAITED_BYTES, awaitBody } from "../request/await-body.ts";
import { dropAnswer } from "../request/body-pipe.ts";
import type { RequestFacts } from "../request/request-facts.ts";

/** An account whose credential was refused is tried again after so long: it may have been renewed. */
const REJECTED_MS = 300_000;

export type PoolOptions = ForwardOptions & OutboundContext;

interface Asking {
  readonly facts: RequestFacts;
  readonly client: PoolClient;
  readonly options: PoolOptions;
  readonly isRepeatable: boolean;
  /** Whether any failure of an origin can be made good by another one. */
  readonly mayProbe: boolean;
  readonly keyHash: number | undefined;
  /** A hash: which path it is that fails. */
  readonly path: number;
  /** Members that were asked, in order. */
  readonly tried: number[];
  /** undefined: nobody counts the pool's calls. */
  readonly calls: MemberCalls | undefined;
}

export async function askPool(
  facts: RequestFacts,
  client: PoolClient,
  options: PoolOptions,
): Promise<OriginAnswer> {
  const { affinity, retries } = client.pool;
  client.begin(facts, options.context.waitUntil);
  const shed = shedLoad(facts, client, options);
  if (shed !== undefined) return err(shed);
  const isRepeatable = !(facts.body instanceof ReadableStream) && retries.max > 0;
  return await askInTurn({
    facts,
    client,
    options,
    isRepeatable,
    mayProbe: isSafeToRepeat({ method: facts.method, isRepeatable }),
    keyHash: affinity === undefined ? undefined : toAffinityHash(affinity, facts),
    path: hash32(facts.path),
    tried: [],
    calls: toCalls(facts, client, options),
  });
}

function toCalls(facts: RequestFacts, client: PoolClient, options: PoolOptions): MemberCalls | undefined {
  if (client.outbound === undefined) return undefined;
  return new MemberCalls(facts, client.outbounds, { ...options, bodyBytes: toBytesInHand(facts) });
}

async function askInTurn(asking: Asking): Promise<OriginAnswer> {
  const { client, tried, calls } = asking;
  let at = choose(asking);
  while (at !== undefined) {
    const admitted = calls && (await calls.admit((barred) => choose(asking, barred)));
    if (admitted?.ok === false) return admitted;
    at = admitted?.value ?? at;
    const asked = await askMember(asking, at);
    tried.push(at);
    const next = toNext(asking, asked, at);
    if (next === asked.answer) return await settleParts(asking, asked);
    if (asked.answer.ok) await dropAnswer(asked.answer.value);
    if (typeof next === "object") return next;
    if (next > 0) await scheduler.wait(next);
    at = choose(asking);
  }
  const retryAfterMs = client.states.waitMs(readClock());
  const cause = `no member of ${client.pool.name} may be asked`;
  return err({ code: "origin-unavailable", cause, retryAfterMs });
}

/** The answer, with what came of those of its parts that the origin refused and that could be sent again. */
function settleParts(asking: Asking, { answer, parts }: Asked): OriginAnswer | Promise<OriginAnswer> {
  const { facts, client, options, isRepeatable, tried } = asking;
  const isSpent = !isRepeatable || tried.length > client.pool.retries.max;
  if (!answer.ok || parts === undefined || isSpent) return answer;
  const ask = (part: RequestFacts): Promise<OriginAnswer> =>
    askInTurn({ ...asking, facts: part, calls: toCalls(part, client, options) });
  return askPartsAgain(answer.value, parts, { facts, route: options.route, ask });
}

/** What the client gets, or after how long there is to be a retry instead. */
function toNext(asking: Asking, asked: Asked, at: number): OriginAnswer | number {
  const { client, tried, calls, isRepeatable } = asking;
  const { answer, outcome, isRefused } = asked;
  if (isLeft(answer)) return answer;
  // Another account may have what this one has not.
  if (mayTryAccount(asking, asked)) return 0;
  if (!isRefused) return toRetryWaitMs(asking, outcome) ?? answer;
  // A refusal says that nothing was done: whatever the method, the request waits for its turn and goes again.
  if (isRepeatable && tried.length <= client.pool.retries.max && calls?.mayWait(at) === true) return 0;
  const standIn = calls?.findStandIn(at);
  return standIn === undefined ? answer : err(standIn);
}

function mayTryAccount(asking: Asking, { isRefused, isRejected }: Heard): boolean {
  const { client, isRepeatable, tried } = asking;
  if (!isRepeatable || !client.hasAccounts || !(isRefused || isRejected === true)) return false;
  const at = choose(asking);
  return at !== undefined && !tried.includes(at);
}

function choose(
  { client, keyHash, path, tried, mayProbe }: Asking,
  barred: readonly number[] = [],
): number | undefined {
  const left = client.hasAccounts ? readLeft(client.outbounds) : undefined;
  const chooser = { nowMs: readClock(), point: Math.random(), keyHash, path, tried, mayProbe };
  return client.states.choose({ ...chooser, barred, left });
}

/** undefined when there must be no retry, or no member, time or budget for it. */
function toRetryWaitMs(asking: Asking, outcome: AttemptOutcome): number | undefined {
  const { facts, client, options, isRepeatable, tried } = asking;
  const at = choose(asking);
  if (at === undefined) return undefined;
  const isElsewhere = !tried.includes(at);
  const attempt = { method: facts.method, isRepeatable, outcome, retries: tried.length - 1, isElsewhere };
  const waitMs = decideRetry(client.pool.retries, attempt, Math.random());
  if (waitMs === undefined || readClock() + waitMs >= options.deadlineMs) return undefined;
  // Of what the gateway could not send, no origin is asked twice.
  const isFree = isElsewhere && isLacking(outcome);
  return isFree || client.takeRetry(isElsewhere) ? waitMs : undefined;
}

interface Asked extends Heard {
  readonly outcome: AttemptOutcome;
}

async function askMember(asking: Asking, at: number): Promise<Asked> {
  const { facts, client, options, path } = asking;
  const sentMs = readClock();
  const asked = client.states.startAsking(at, sentMs, path);
  const timeoutMs = Math.min(options.timeoutMs, Math.max(1, options.deadlineMs - sentMs));
  const member = client.pool.members[at];
  const fields = withMemberFields(options.fields, member);
  const without = withPriorityField(options.without, client);
  const sending = { ...options, fields, without, timeoutMs, member, pool: client.pool.name };
  const { gate } = client;
  const wasShedding = gate?.isShedding(sentMs) === true;
  const forwarded = await (gate === undefined
    ? forward(facts, sending)
    : countFlight(gate, { facts, timeoutMs: timeoutMs + options.requestTimeoutMs }, () =>
        forward(facts, sending),
      ));
  const nowMs = readClock();
  const outcome = toOutcome(forwarded, nowMs);
  const heard = await hear(asking, { at, forwarded, sentMs });
  const { answer, isRefused, isTransient } = heard;
  // What happens while a body is streamed may be its sender's doing, who must not get origins shut out.
  const isStreamed = facts.body instanceof ReadableStream;
  if (!isStreamed || answer.ok) {
    const isSlow = !isStreamed && nowMs - sentMs > client.pool.slowMs;
    const isFault = !isRefused && !isLeft(forwarded) && isBad(outcome);
    const isShedding = wasShedding || gate?.isShedding(nowMs) === true;
    noteAnswer(asking, asked, { outcome, isFault, isSlow, isShedding, sentMs, nowMs });
  }
  return {
    answer: answer.ok ? answer : err(toNamedFailure(answer.error, member)),
    outcome: outcome.kind === "answer" ? { ...outcome, isTransient } : outcome,
    isRefused,
    parts: heard.parts,
    isRejected: heard.isRejected,
  };
}

function noteAnswer(
  { client: { states }, path }: Asking,
  call: MemberCall,
  { sentMs, nowMs, ...seen }: Omit<Attempted, "isLateAlone"> & Readonly<Record<"sentMs" | "nowMs", number>>,
): void {
  const isLateAlone = seen.isShedding && states.isLateAlone(call.at, sentMs);
  const judged = judgeAnswer({ ...seen, isLateAlone });
  if (judged === undefined) return;
  states.record(call, { isBad: judged, nowMs, path: isOfPath(seen.outcome) ? path : undefined });
}

async function hear(
  { client, calls }: Asking,
  {
    at,
    forwarded,
    sentMs,
  }: { readonly at: number; readonly forwarded: OriginAnswer; readonly sentMs: number },
): Promise<Heard> {
  const heard = await calls?.observe(at, forwarded, sentMs);
  if (heard?.isRejected === true && client.hasAccounts) client.states.reject(at, readClock() + REJECTED_MS);
  return heard ?? { answer: forwarded, isRefused: false };
}

function isLeft(answer: OriginAnswer): boolean {
  return !answer.ok && answer.error.isLeft === true;
}

/** The log must say which member it was; the client need not know. */
function toNamedFailure(failure: OriginFailure, member: PoolMember | undefined): OriginFailure {
  return { ...failure, cause: `${member?.url ?? ""}: ${failure.cause}` };
}

/** What a request says of its own priority is for the gateway alone. */
function withPriorityField(without: readonly string[] = [], { pool }: PoolClient): readonly string[] {
  const header = (pool.outbound ?? pool.adapt)?.priority.header;
  return header === undefined ? without : [...without, header];
}

/** What the cache asks with goes before the member's fields, or it would store what it did not ask for. */
function withMemberFields(
  fields: ForwardOptions["fields"] = [],
  member: PoolMember | undefined,
): NonNullable<ForwardOptions["fields"]> {
  const own = member?.headers.filter(([name]) => !fields.some(([taken]) => taken === name)) ?? [];
  return [...own, ...fields];
}

function toOutcome(answer: OriginAnswer, nowMs: number): AttemptOutcome {
  if (!answer.ok) {
    const { code, status, mayHaveActed } = answer.error;
    return status === undefined
      ? { kind: "failure", code, mayHaveActed }
      : { kind: "answer", status, retryAfterMs: undefined };
  }
  const { status, headers } = answer.value;
  return { kind: "answer", status, retryAfterMs: parseRetryAfter(headers.get("retry-after"), nowMs) };
}

/**
 * Waits for a body that may have to be sent again: up to the bound, when its length is stated. What is longer, or of
 * unknown length, goes on as it comes.
 */
export async function keepBody(
  facts: RequestFacts,
  { retries: { max, bodyBytesMax } }: OriginPool,
  requestTimeoutMs: number,
): Promise<Result<RequestFacts, OriginFailure>> {
  const length = parseUnits(facts.header("content-length")) ?? Infinity;
  if (max === 0 || length > bodyBytesMax) return ok(facts);
  return await awaitBody(facts, { bytesMax: bodyBytesMax, requestTimeoutMs });
}

/** What the request holds in memory while it waits for its turn. */
function toBytesInHand({ kept }: RequestFacts): number {
  return kept instanceof ReadableStream ? AWAITED_BYTES : (kept?.byteLength ?? 0);
}
