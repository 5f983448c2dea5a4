// Asks the calls that came as one, so many at a time, and reads what they are answered with, as far as that may be long
// and take time. A call that fails fails alone.

import type { Config } from "../../core/config/config.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import { isReadable } from "../../core/http/field-value.ts";
import { readClock } from "../../platform/clock.ts";
import { readUpTo, toText } from "../../platform/read-up-to.ts";
import { type MemberCall, type MembersFacts, toMemberRequest } from "./member-request.ts";
import { withRequestId } from "../../core/http/request-id.ts";
import { toProblemParts } from "../request/problem-response.ts";

export interface MemberReply {
  /** Its body has been read. */
  readonly response: Response;
  readonly bytes: Uint8Array;
  /** undefined: it is no plain UTF-8. */
  readonly text: string | undefined;
}

export interface Member extends MemberCall {
  /** Places of those that must have been answered well before. */
  readonly after?: readonly number[];
}

export interface MembersContext {
  /** Of the request that they came in. */
  readonly facts: MembersFacts;
  readonly config: Config;
  readonly ask: (request: Request) => Promise<Response>;
  readonly bounds: MemberBounds;
  /** What a member is answered with that is not done in time. */
  readonly lateCode: ProblemCode;
}

export interface MemberBounds {
  /** How many are asked at a time. */
  readonly parallel: number;
  readonly timeoutMs: number;
  /** How many bytes a body may have, and all together. */
  readonly memberBytesMax: number;
  readonly answerBytesMax: number;
}

/**
 * Replies by their members' places. In `order` each member comes after those that it waits for, so that none waits for
 * ever; one that waits takes a turn, as those that follow it mostly wait too.
 */
export async function askMembers(
  members: readonly Member[],
  context: MembersContext,
  order: readonly number[] = [...members.keys()],
): Promise<readonly MemberReply[]> {
  const { facts, config, ask, bounds, lateCode } = context;
  const { parallel, timeoutMs, memberBytesMax } = bounds;
  const untilMs = readClock() + timeoutMs;
  let bytesLeft = bounds.answerBytesMax;
  let isOver = false;
  const { promise: over, resolve } = Promise.withResolvers<ProblemCode>();
  const timer = setTimeout(() => {
    isOver = true;
    resolve(lateCode);
  }, timeoutMs);
  const replies: Promise<MemberReply>[] = [];

  const askInTurn = async ({ after = [], ...call }: Member): Promise<MemberReply> => {
    const others = await Promise.all(after.flatMap((at) => replies[at] ?? []));
    if (others.some(({ response }) => !response.ok)) return toRefusal("dependency-failed", context);
    if (isOver) return toRefusal(lateCode, context);
    const asked = askMember(toMemberRequest(facts, call, config), { ask, memberBytesMax, untilMs, lateCode });
    const reply = await Promise.race([asked, over]);
    if (typeof reply === "string") return toRefusal(reply, context);
    if (reply.bytes.byteLength > bytesLeft) return toRefusal("answer-too-large", context);
    bytesLeft -= reply.bytes.byteLength;
    return reply;
  };
  const turns = order.values();
  const work = async (): Promise<void> => {
    for (const at of turns) {
      const member = members[at];
      if (member !== undefined) await (replies[at] = askInTurn(member));
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  clearTimeout(timer);
  return await Promise.all(replies);
}

interface Asking extends Pick<MembersContext, "ask" | "lateCode">, Pick<MemberBounds, "memberBytesMax"> {
  /** By the isolate's clock. */
  readonly untilMs: number;
}

/** The reply, or why there is none. */
async function askMember(
  request: Request,
  { ask, memberBytesMax, untilMs, lateCode }: Asking,
): Promise<MemberReply | ProblemCode> {
  const response = await ask(request);
  // Also when nobody waits for it any longer: what is not read to its end would be read on.
  const bounds = { bytesMax: memberBytesMax, timeMsMax: Math.max(1, untilMs - readClock()) };
  const read = await readUpTo(response.body, bounds);
  if (read.kind === "broken") return "origin-closed";
  if (read.kind === "whole") return toReply(response, read.bytes);
  await read.stream.cancel();
  return read.kind === "long" ? "answer-too-large" : lateCode;
}

export function toRefusal(
  code: ProblemCode,
  { config, facts }: Pick<MembersContext, "config"> & { readonly facts: Pick<MembersFacts, "requestId"> },
): MemberReply {
  const { body, init } = toProblemParts(code, config);
  const text = withRequestId(body, facts.requestId);
  return toReply(new Response(null, init), new TextEncoder().encode(text));
}

function toReply(response: Response, bytes: Uint8Array): MemberReply {
  const coding = response.headers.get("content-encoding") ?? "identity";
  return { response, bytes, text: coding === "identity" ? toText(bytes) : undefined };
}

/**
 * The answer to several calls: JSON for the one who asked, with their cookies as cookies. Cookies that are not valid UTF-8
 * keep their bytes only in a copy of their reply's fields, and the copy can be of one reply: of further replies such
 * cookies are left out.
 */
export function toTogether(text: string, replies: readonly MemberReply[]): Response {
  const cookies = replies.map(({ response }) => response.headers.getSetCookie());
  const copied = cookies.findIndex((lines) => !lines.every(isReadable));
  const headers = new Headers(replies[copied]?.response.headers);
  for (const name of Array.from(headers.keys())) if (name !== "set-cookie") headers.delete(name);
  headers.set("Content-Type", "application/json");
  headers.set("Cache-Control", "no-store");
  for (const [at, lines] of cookies.entries())
    if (at !== copied) for (const line of lines.filter(isReadable)) headers.append("Set-Cookie", line);
  return new Response(text, { headers });
}
