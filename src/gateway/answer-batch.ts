// Answers a batch: many requests in one. Each goes the way of a request that came alone; one that fails fails alone.

import { type Batch, type BatchMember, type MemberBody, parseBatch } from "../core/batch/parse-batch.ts";
import { showMember, toShownBody } from "../core/batch/member-answer.ts";
import type { BatchSettings } from "../core/config/batch-schema.ts";
import { parseExactly } from "../core/json/parse-exactly.ts";
import { isJsonType } from "../core/json/json-type.ts";
import type { ProblemCode } from "../core/http/problems.ts";
import { err, ok, type Problem, type Result } from "../core/result.ts";
import type { Gateway } from "./gateway.ts";
import { handleSafely, safely } from "./handle-safely.ts";
import { toMemberRequest } from "./member-request.ts";
import { toProblemResponse } from "./problem-response.ts";
import { readUpTo, toText } from "./read-up-to.ts";
import { readFacts, type RequestFacts } from "./request-facts.ts";
import { Slots } from "./slots.ts";

/** undefined when the request is no batch. */
export function answerBatch(
  request: Request,
  gateway: Gateway,
  execution: ExecutionContext,
): Promise<Response> | undefined {
  const { batch } = gateway.config;
  if (batch === undefined || !request.url.includes(batch.path)) return undefined;
  if (new URL(request.url).pathname !== batch.path) return undefined;
  return safely(request, gateway, async () => {
    const read = await readBatch(request, gateway, batch);
    if (!read.ok) return read.error;
    return await new Running(read.value, { gateway, execution, settings: batch }).answer();
  });
}

interface ReadBatch extends Batch {
  readonly facts: RequestFacts;
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
      const { pathname, searchParams } = new URL(url.origin + asked);
      if (pathname === path || pathname === prefix || pathname.startsWith(`${prefix}/`))
        return "must not be one of the gateway's own";
      const isCredential = credentialName !== undefined && searchParams.has(credentialName);
      return isCredential ? "must leave the credential to the batch request" : undefined;
    },
  });
  return batch.ok ? ok({ ...batch.value, facts: facts.value }) : refuse("invalid-batch", batch.error);
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

interface MemberAnswer {
  readonly isGood: boolean;
  /** As the batch's answer has it. */
  readonly text: string;
}

/** A batch whose members are being asked. */
class Running {
  readonly #batch: ReadBatch;
  readonly #context: RunningContext;
  readonly #slots: Slots;
  readonly #cookies: string[] = [];
  /** Bytes of bodies that the answer still has room for. */
  #bytesLeft: number;
  #isOver = false;

  constructor(batch: ReadBatch, context: RunningContext) {
    this.#batch = batch;
    this.#context = context;
    this.#slots = new Slots(context.settings.parallel);
    this.#bytesLeft = context.settings.answerBytesMax;
  }

  async answer(): Promise<Response> {
    const { members, order } = this.#batch;
    const timer = new AbortController();
    const over = this.#waitForEnd(timer.signal);
    const answers = new Map<number, Promise<MemberAnswer>>();
    for (const at of order) {
      const member = members[at];
      if (member === undefined) continue;
      const before = member.after.flatMap((place) => answers.get(place) ?? []);
      answers.set(at, this.#answerInTurn(member, before, over));
    }
    const shown = await Promise.all(members.map(async (_, at) => (await answers.get(at))?.text));
    timer.abort();
    const headers = new Headers({ "Content-Type": "application/json", "Cache-Control": "no-store" });
    for (const cookie of this.#cookies) headers.append("Set-Cookie", cookie);
    return new Response(`[${shown.join(",")}]`, { headers });
  }

  async #waitForEnd(signal: AbortSignal): Promise<undefined> {
    await scheduler.wait(this.#context.settings.timeoutMs, { signal }).catch(() => undefined);
    this.#isOver = true;
  }

  async #answerInTurn(
    member: BatchMember,
    before: readonly Promise<MemberAnswer>[],
    over: Promise<undefined>,
  ): Promise<MemberAnswer> {
    const others = await Promise.all(before);
    if (others.some(({ isGood }) => !isGood)) return await this.#refuse(member, "dependency-failed");
    const asked = this.#slots.run(async () => (this.#isOver ? undefined : await this.#ask(member)));
    return (await Promise.race([asked, over])) ?? (await this.#refuse(member, "batch-timeout"));
  }

  async #ask(member: BatchMember): Promise<MemberAnswer> {
    const { gateway, execution, settings } = this.#context;
    const { path, method, body, fields } = member;
    const credentialName = gateway.config.auth.apiKeys.query;
    const call = { path, method, body: toBytes(body), fields: withType(fields, body), credentialName };
    const response = await handleSafely(toMemberRequest(this.#batch.facts, call), gateway, execution);
    const read = await readUpTo(response.body, Math.min(settings.memberBytesMax, this.#bytesLeft));
    if (read.kind === "broken") return await this.#refuse(member, "origin-closed");
    if (read.kind === "whole") {
      this.#bytesLeft -= read.bytes.byteLength;
      // Others may have been read meanwhile.
      if (this.#bytesLeft >= 0) return this.#show(member, response, read.bytes);
      this.#bytesLeft += read.bytes.byteLength;
    } else await read.stream.cancel();
    return await this.#refuse(member, "answer-too-large");
  }

  async #refuse(member: BatchMember, code: ProblemCode): Promise<MemberAnswer> {
    const response = toProblemResponse(code, this.#context.gateway.config);
    return this.#show(member, response, new Uint8Array(await response.arrayBuffer()));
  }

  /** Cookies go to the client as cookies: what scripts must not read is not in what they read. */
  #show({ name }: BatchMember, { status, ok: isGood, headers }: Response, bytes: Uint8Array): MemberAnswer {
    this.#cookies.push(...headers.getSetCookie());
    const fields = Object.fromEntries([...headers].filter(([field]) => field !== "set-cookie"));
    const isPlain = (headers.get("content-encoding") ?? "identity") === "identity";
    const body =
      bytes.byteLength === 0
        ? undefined
        : toShownBody(isPlain ? toText(bytes) : undefined, {
            contentType: headers.get("content-type"),
            toBase64: () => toBase64(bytes),
          });
    return { isGood, text: showMember({ name, status, headers: fields, body }) };
  }
}

function toBytes(body: MemberBody | undefined): string | Uint8Array | undefined {
  if (body?.encoding !== "base64") return body?.text;
  return Uint8Array.from(atob(body.text), (character) => character.charCodeAt(0));
}

/** Text has the type that every text has which is sent without one. */
function withType(fields: BatchMember["fields"], body: MemberBody | undefined): BatchMember["fields"] {
  if (body?.encoding !== "json" || fields.some(([name]) => name === "content-type")) return fields;
  return [...fields, ["content-type", "application/json"]];
}

const PIECE_LENGTH = 8_192;

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.byteLength; at += PIECE_LENGTH)
    binary += String.fromCharCode(...bytes.subarray(at, at + PIECE_LENGTH));
  return btoa(binary);
}
