// Asks one call of several that came as one, and reads what it is answered with, as far as that may be long and take time.

import type { ProblemCode } from "../core/http/problems.ts";
import { type ProblemOptions, toProblemResponse } from "./problem-response.ts";
import { readUpTo, toText } from "../platform/read-up-to.ts";

export interface MemberReply {
  /** Its body has been read. */
  readonly response: Response;
  readonly bytes: Uint8Array;
  /** undefined: it is no plain UTF-8. */
  readonly text: string | undefined;
}

export interface MemberContext {
  readonly ask: (request: Request) => Promise<Response>;
  /** How many bytes a body may have. */
  readonly bytesMax: number;
  /** How the gateway is called. */
  readonly config: ProblemOptions;
}

export async function askMember(
  request: Request,
  { ask, bytesMax, config }: MemberContext,
): Promise<MemberReply> {
  const response = await ask(request);
  const read = await readUpTo(response.body, bytesMax);
  if (read.kind === "whole") return toReply(response, read.bytes);
  if (read.kind === "broken") return await refuseMember("origin-closed", config);
  await read.stream.cancel();
  return await refuseMember("answer-too-large", config);
}

export async function refuseMember(code: ProblemCode, config: ProblemOptions): Promise<MemberReply> {
  const response = toProblemResponse(code, config);
  return toReply(response, new Uint8Array(await response.arrayBuffer()));
}

function toReply(response: Response, bytes: Uint8Array): MemberReply {
  const coding = response.headers.get("content-encoding") ?? "identity";
  return { response, bytes, text: coding === "identity" ? toText(bytes) : undefined };
}

/** The answer to several calls: JSON for the one who asked, with their cookies as cookies. */
export function toTogether(text: string, replies: readonly MemberReply[]): Response {
  const headers = new Headers({ "Content-Type": "application/json", "Cache-Control": "no-store" });
  for (const { response } of replies)
    for (const cookie of response.headers.getSetCookie()) headers.append("Set-Cookie", cookie);
  return new Response(text, { headers });
}

export interface Deadline {
  /** Resolves when the time is over, or `end` was called. */
  readonly over: Promise<undefined>;
  readonly end: () => void;
}

const nothing = (): undefined => undefined;

export function startDeadline(timeoutMs: number): Deadline {
  const timer = new AbortController();
  return {
    over: scheduler.wait(timeoutMs, { signal: timer.signal }).then(nothing, nothing),
    end: () => {
      timer.abort();
    },
  };
}
