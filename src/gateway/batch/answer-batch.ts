// Answers a batch: many requests in one. Each goes the way of a request that came alone; one that fails fails alone.

import { type Batch, type BatchMember, type MemberBody, parseBatch } from "../../core/batch/parse-batch.ts";
import { showMember } from "../../core/batch/member-answer.ts";
import type { Batches, Config } from "../../core/config/config.ts";
import { CLIENT_MS_PER_BYTE } from "../../core/http/patience.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import { err, ok, type Problem, type Result } from "../../core/result.ts";
import { matchRoute } from "../../core/routes/match-route.ts";
import { isJsonType } from "../../core/shape/json-type.ts";
import { countElements } from "../../core/shape/json-text.ts";
import { readUpTo, toText } from "../../platform/read-up-to.ts";
import type { Gatekeeper } from "../credentials/judge.ts";
import { toProblemResponse } from "../request/problem-response.ts";
import type { RequestContext } from "../request/request-context.ts";
import { type ReadRequest, readRequest } from "../request/read-request.ts";
import { readTarget } from "../request/request-target.ts";
import { toOrigin } from "../request/request-url.ts";
import { askMembers, type Member, type MemberReply, type MembersContext, toTogether } from "./ask-members.ts";
import { limitBatch } from "./limit-batch.ts";
import { toMemberRequest } from "./member-request.ts";

interface Answering {
  readonly context: RequestContext<Gatekeeper>;
  readonly requestId: string;
  /** Sends one of them the way of a request that came alone. */
  readonly ask: (member: Request) => Promise<Response>;
}

/** What a batch is refused with. */
type Refuse = (code: ProblemCode, found?: readonly Problem[]) => Response;

export async function answerBatch(
  request: Request,
  { context, requestId, ask }: Answering,
): Promise<Response> {
  const { config } = context.gateway;
  const { batch } = config;
  const refuse: Refuse = (code, found) => toProblemResponse(code, { name: config.name, requestId, found });
  // The configuration may have changed in this very moment.
  if (batch === undefined) return refuse("no-route");
  const facts = readRequest(request, config, { requestId });
  if (!facts.ok) return refuse(facts.error);
  if (request.method !== "POST") return withAllow(refuse("method-not-allowed"));
  const text = await readText(facts.value, config, batch);
  if (!text.ok) return refuse(text.error);
  const members = countElements(text.value, batch.membersMax);
  const finish = await limitBatch(facts.value, members, { batch, context });
  if (!finish.ok) return finish.error;
  const read = readBatch(text.value, facts.value, { config, batch });
  const answer = read.ok
    ? await askBatch(read.value, {
        facts: facts.value,
        config,
        ask,
        bounds: batch,
        lateCode: "batch-timeout",
      })
    : refuse("invalid-batch", read.error);
  return finish.value(answer);
}

function withAllow(refused: Response): Response {
  refused.headers.set("Allow", "POST");
  return refused;
}

async function askBatch({ members, order }: Batch, context: MembersContext): Promise<Response> {
  const replies = await askMembers(members.map(toMember), context, order);
  const shown = replies.map((reply, at) => toShown(members[at]?.name, reply));
  return toTogether(`[${shown.join(",")}]`, replies);
}

/** A batch as it came, as far as its head and its size are right. */
async function readText(
  { request, header }: ReadRequest,
  { requestTimeoutMs }: Config,
  { bodyBytesMax }: Batches,
): Promise<Result<string, ProblemCode>> {
  // Of other types a page of another site may have a browser send one, with its user's cookies and without asking.
  if (!isJsonType(header("content-type"))) return err("batch-not-json");
  const bounds = { bytesMax: bodyBytesMax, timeMsMax: requestTimeoutMs, msPerByte: CLIENT_MS_PER_BYTE };
  const read = await readUpTo(request.body, bounds);
  if (read.kind === "whole") return ok(toText(read.bytes) ?? "");
  if (read.kind === "broken") return err("body-incomplete");
  await read.stream.cancel();
  return err(read.kind === "long" ? "batch-too-large" : "request-timeout");
}

function readBatch(
  text: string,
  facts: ReadRequest,
  { config, batch }: { readonly config: Config; readonly batch: Batches },
): Result<Batch> {
  const { membersMax } = batch;
  const parsed = parseBatch(text, {
    membersMax,
    isCarried: (name) => facts.fields.has(name),
    findPathProblem: (path) => findPathProblem(toOrigin(facts.url) + path, config),
  });
  if (!parsed.ok) return parsed;
  const calls = countCalls(parsed.value, facts, config);
  if (calls <= membersMax) return parsed;
  const message = `must make at most ${membersMax} calls with all parts of aggregates, received ${calls}`;
  return err([{ path: "", code: "invalid", message }]);
}

/** One for each member, and for an aggregate one for each of its parts. */
function countCalls({ members }: Batch, facts: ReadRequest, config: Config): number {
  if (config.routes.every(({ aggregate }) => aggregate === undefined)) return members.length;
  return members.reduce((calls, member) => {
    const read = readRequest(toMemberRequest(facts, toMember(member), config), config);
    const route = read.ok ? matchRoute(config.routes, read.value) : undefined;
    return calls + (route?.aggregate?.parts.length ?? 1);
  }, 0);
}

/** What cannot be read is refused in its place. */
function findPathProblem(url: string, config: Config): string | undefined {
  const target = readTarget(url, config);
  if (!target.ok) return undefined;
  if (target.value.owner !== "route") return "must not be one of the gateway's own";
  const { query } = config.auth.apiKeys;
  const hasKey = query !== undefined && new URLSearchParams(target.value.url.search).has(query);
  return hasKey ? "must not have a credential: each request has that of the batch" : undefined;
}

function toMember({ body, fields, ...member }: BatchMember): Member {
  return { ...member, fields: withType(fields, body), body: toBytes(body) };
}

/** Cookies go to the client as cookies: what scripts must not read is not in what they read. */
function toShown(
  name: string | undefined,
  { response: { status, headers }, bytes, text }: MemberReply,
): string {
  const shown = Object.fromEntries([...headers].filter(([field]) => field !== "set-cookie"));
  return showMember({ name, status, headers: shown, bytes, text });
}

function toBytes(body: MemberBody | undefined): string | Uint8Array | undefined {
  if (body?.encoding !== "base64") return body?.text;
  return Uint8Array.fromBase64(body.text);
}

/** Text has the type that every text has which is sent without one. */
function withType(fields: BatchMember["fields"], body: MemberBody | undefined): BatchMember["fields"] {
  if (body?.encoding !== "json" || fields.some(([name]) => name === "content-type")) return fields;
  return [...fields, ["content-type", "application/json"]];
}
