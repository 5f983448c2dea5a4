// Answers a batch: many requests in one. Each goes the way of a request that came alone; one that fails fails alone.

import { type Batch, type BatchMember, type MemberBody, parseBatch } from "../core/batch/parse-batch.ts";
import { showMember, toShownBody } from "../core/batch/member-answer.ts";
import type { Config } from "../core/config/config.ts";
import type { BatchSettings } from "../core/config/batch-schema.ts";
import { parseExactly } from "../core/json/parse-exactly.ts";
import { isJsonType } from "../core/json/json-type.ts";
import type { ProblemCode } from "../core/http/problems.ts";
import { err, ok, type Problem, type Result } from "../core/result.ts";
import {
  askMember,
  type Deadline,
  type MemberContext,
  type MemberReply,
  refuseMember,
  startDeadline,
  toTogether,
} from "./ask-member.ts";
import { toOrigin } from "./forward.ts";
import type { Gateway } from "./gateway.ts";
import { handleSafely, safely } from "./handle-safely.ts";
import { toMemberRequest } from "./member-request.ts";
import { toProblemResponse } from "./problem-response.ts";
import { readUpTo, toText } from "../platform/read-up-to.ts";
import { readFacts, type RequestFacts } from "./request-facts.ts";
import { parseRequestUrl } from "./request-url.ts";
import { Slots } from "./slots.ts";

export function isBatch({ url }: Request, { batch }: Config): boolean {
  return batch !== undefined && url.includes(batch.path) && parseRequestUrl(url)?.path === batch.path;
}

export function answerBatch(
  request: Request,
  gateway: Gateway,
  execution: ExecutionContext,
): Promise<Response> {
  return safely(request, gateway, async () => {
    const { batch: settings } = gateway.config;
    // The configuration may have changed in this very moment.
    if (settings === undefined) return toProblemResponse("no-route", gateway.config);
    const read = await readBatch(request, gateway, settings);
    return read.ok ? await new Running(read.value, { gateway, execution, settings }).answer() : read.error;
  });
}

interface ReadBatch extends Batch {
  readonly facts: RequestFacts;
  /** The parameter that may hold a credential. */
  readonly credentialName: string | undefined;
}

async function readBatch(
  request: Request,
  { config }: Gateway,
  { bodyBytesMax, membersMax, path }: BatchSettings,
): Promise<Result<ReadBatch, Response>> {
  const refuse = (code: ProblemCode, found?: readonly Problem[]): Result<never, Response> =>
    err(toProblemResponse(code, { name: config.name, found }));
  const facts = readFacts(request, config);
  if (!facts.ok) return refuse(facts.error);
  const { header, fields, url } = facts.value;
  if (request.method !== "POST") {
    const refused = toProblemResponse("method-not-allowed", config);
    refused.headers.set("Allow", "POST");
    return err(refused);
  }
  // Of other types a page of another site may have a browser send one, with its user's cookies and without asking.
  if (!isJsonType(header("content-type"))) return refuse("batch-not-json");
  const body = await readUpTo(request.body, bodyBytesMax);
  if (body.kind === "more") {
    await body.stream.cancel();
    return refuse("batch-too-large");
  }
  const given = body.kind === "whole" ? parseText(toText(body.bytes)) : undefined;
  if (given === undefined)
    return refuse("invalid-batch", [{ path: "", code: "invalid", message: "must be JSON" }]);
  const { prefix } = config.admin;
  const credentialName = config.auth.apiKeys.query;
  const batch = parseBatch(given.value, {
    membersMax,
    isCarried: (name) => fields.has(name),
    findPathProblem: (asked) => {
      const { pathname, searchParams } = new URL(toOrigin(url) + asked);
      if (pathname === path || pathname === prefix || pathname.startsWith(`${prefix}/`))
        return "must not be one of the gateway's own";
      const isCredential = credentialName !== undefined && searchParams.has(credentialName);
      return isCredential ? "must leave the credential to the batch request" : undefined;
    },
  });
  return batch.ok
    ? ok({ ...batch.value, facts: facts.value, credentialName })
    : refuse("invalid-batch", batch.error);
}

function parseText(text: string | undefined): { readonly value: unknown } | undefined {
  try {
    return text === undefined ? undefined : { value: parseExactly(text) };
  } catch {
    return undefined;
  }
}

interface RunningContext {
  readonly gateway: Gateway;
  readonly execution: ExecutionContext;
  readonly settings: BatchSettings;
}

/** A batch whose members are being asked. */
class Running {
  readonly #batch: ReadBatch;
  readonly #deadline: Deadline;
  readonly #slots: Slots;
  readonly #context: MemberContext;
  /** Bytes of bodies that the answer still has room for. */
  #bytesLeft: number;
  #isOver = false;

  constructor(batch: ReadBatch, { gateway, execution, settings }: RunningContext) {
    this.#batch = batch;
    this.#slots = new Slots(settings.parallel);
    this.#deadline = startDeadline(settings.timeoutMs);
    this.#bytesLeft = settings.answerBytesMax;
    this.#context = {
      config: gateway.config,
      ask: (request) => handleSafely(request, gateway, execution),
      bytesMax: settings.memberBytesMax,
    };
  }

  async answer(): Promise<Response> {
    const { members, order } = this.#batch;
    const asked = new Map<number, Promise<MemberReply>>();
    for (const at of order) {
      const member = members[at];
      if (member === undefined) continue;
      const before = member.after.flatMap((place) => asked.get(place) ?? []);
      asked.set(at, this.#askInTurn(member, before));
    }
    const replies = await Promise.all(members.flatMap((_, at) => asked.get(at) ?? []));
    this.#deadline.end();
    const shown = replies.map((reply, at) => toShown(members[at]?.name, reply));
    return toTogether(`[${shown.join(",")}]`, replies);
  }

  async #askInTurn(member: BatchMember, before: readonly Promise<MemberReply>[]): Promise<MemberReply> {
    const { config } = this.#context;
    const others = await Promise.all(before);
    if (others.some(({ response }) => !response.ok)) return await refuseMember("dependency-failed", config);
    const asked = this.#slots.run(async () => (this.#isOver ? undefined : await this.#ask(member)));
    const reply = await Promise.race([asked, this.#deadline.over]);
    if (reply !== undefined) return reply;
    this.#isOver = true;
    return await refuseMember("batch-timeout", config);
  }

  async #ask({ path, method, body, fields }: BatchMember): Promise<MemberReply> {
    const { credentialName, facts } = this.#batch;
    const call = { path, method, body: toBytes(body), fields: withType(fields, body), credentialName };
    const reply = await askMember(toMemberRequest(facts, call), this.#context);
    if (reply.bytes.byteLength > this.#bytesLeft)
      return await refuseMember("answer-too-large", this.#context.config);
    this.#bytesLeft -= reply.bytes.byteLength;
    return reply;
  }
}

/** Cookies go to the client as cookies: what scripts must not read is not in what they read. */
function toShown(
  name: string | undefined,
  { response: { status, headers }, bytes, text }: MemberReply,
): string {
  const fields = Object.fromEntries([...headers].filter(([field]) => field !== "set-cookie"));
  const contentType = headers.get("content-type");
  const body =
    bytes.byteLength === 0 ? undefined : toShownBody(text, { contentType, toBase64: () => bytes.toBase64() });
  return showMember({ name, status, headers: fields, body });
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
