// Answers a batch: many requests in one. Each goes the way of a request that came alone; one that fails fails alone.

import { type Batch, type BatchMember, type MemberBody, parseBatch } from "../../core/batch/parse-batch.ts";
import { showMember } from "../../core/batch/member-answer.ts";
import type { Config } from "../../core/config/config.ts";
import type { BatchSettings } from "../../core/batch/batch-schema.ts";
import { parseExactly } from "../../core/shape/parse-exactly.ts";
import { isJsonType } from "../../core/shape/json-type.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import { err, ok, type Problem, type Result } from "../../core/result.ts";
import { askMembers, type Member, type MemberReply, toTogether } from "./ask-members.ts";
import { toProblemResponse } from "../request/problem-response.ts";
import { readUpTo, toText } from "../../platform/read-up-to.ts";
import { type ReadRequest, readRequest } from "../request/read-request.ts";
import { readTarget } from "../request/request-target.ts";
import { toOrigin } from "../request/request-url.ts";

interface Answering {
  readonly config: Config;
  /** Sends one of them the way of a request that came alone. */
  readonly ask: (member: Request) => Promise<Response>;
}

export async function answerBatch(request: Request, { config, ask }: Answering): Promise<Response> {
  const { batch: settings } = config;
  // The configuration may have changed in this very moment.
  if (settings === undefined) return toProblemResponse("no-route", config);
  const read = await readBatch(request, config, settings);
  if (!read.ok) return read.error;
  const { facts, members, order } = read.value;
  const context = { facts, config, ask, bounds: settings, lateCode: "batch-timeout" } as const;
  const replies = await askMembers(members.map(toMember), context, order);
  const shown = replies.map((reply, at) => toShown(members[at]?.name, reply));
  return toTogether(`[${shown.join(",")}]`, replies);
}

interface ReadBatch extends Batch {
  readonly facts: ReadRequest;
}

async function readBatch(
  request: Request,
  config: Config,
  settings: BatchSettings,
): Promise<Result<ReadBatch, Response>> {
  const refuse = (code: ProblemCode, found?: readonly Problem[]): Result<never, Response> =>
    err(toProblemResponse(code, { name: config.name, found }));
  const facts = readRequest(request, config);
  if (!facts.ok) return refuse(facts.error);
  if (request.method !== "POST") {
    const refused = toProblemResponse("method-not-allowed", config);
    refused.headers.set("Allow", "POST");
    return err(refused);
  }
  // Of other types a page of another site may have a browser send one, with its user's cookies and without asking.
  if (!isJsonType(facts.value.header("content-type"))) return refuse("batch-not-json");
  const read = await readUpTo(request.body, settings.bodyBytesMax);
  if (read.kind === "broken") return refuse("body-incomplete");
  if (read.kind === "more") {
    await read.stream.cancel();
    return refuse("batch-too-large");
  }
  const batch = parseBatch(parseText(toText(read.bytes)), {
    membersMax: settings.membersMax,
    isCarried: (name) => facts.value.fields.has(name),
    findPathProblem: (path) => findPathProblem(toOrigin(facts.value.url) + path, config),
  });
  return batch.ok ? ok({ ...batch.value, facts: facts.value }) : refuse("invalid-batch", batch.error);
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

/** What is no JSON is no list of requests either. */
function parseText(text = ""): unknown {
  try {
    return parseExactly(text);
  } catch {
    return undefined;
  }
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
