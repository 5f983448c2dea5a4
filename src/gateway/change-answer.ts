// Lets a function of the configuration change an answer on its way to its client. The store has what the origin answered.

import { parseAnswerChange, type AnswerChange } from "../core/routes/message-change.ts";
import { err, ok, type Result } from "../core/result.ts";
import { callFunction, type FunctionClients } from "./functions/call-function.ts";
import type { OriginAnswer } from "./origins/forward.ts";
import { dropAnswer } from "./request/body-pipe.ts";
import type { RoutedRequest } from "./request/request-facts.ts";
import { OF_THE_BYTES } from "./shape/of-the-bytes.ts";

const WITHOUT_CONTENT: ReadonlySet<number> = new Set([204, 205, 304]);

interface Changing {
  readonly routed: RoutedRequest;
  readonly gateway: FunctionClients;
}

export async function changeAnswer(
  name: string,
  answer: Response,
  { routed: { facts, route }, gateway }: Changing,
): Promise<OriginAnswer> {
  // A WebSocket is no answer with a body.
  if (answer.webSocket !== null) return ok(answer);
  const { status, headers } = answer;
  const made = await callFunction(name, {
    facts,
    route: route.name,
    answer: { status, header: (field) => headers.get(field) ?? undefined },
    read: (returned) => readChange(returned, answer),
    gateway,
  });
  if (made.ok) return ok(made.value === undefined ? answer : change(answer, made.value));
  // It may be there to keep something from its client.
  if (made.error.onFault === "skip") return ok(answer);
  await dropAnswer(answer);
  return err({ code: "function-failed", cause: made.error.cause });
}

/** A part of a body, or what it is in some coding, is no body that could be changed. */
function readChange(
  returned: unknown,
  { status, headers }: Response,
): Result<AnswerChange | undefined, string> {
  const parsed = parseAnswerChange(returned);
  if (!parsed.ok || parsed.value === undefined) return parsed;
  const { body, transform, status: next = status } = parsed.value;
  if (status === 304 && (next !== 304 || body !== undefined))
    return err("a 304 has no status or body to change");
  if (transform === undefined) return parsed;
  const coding = headers.get("content-encoding") ?? "identity";
  if (status === 206 || coding !== "identity") return err("transform: the body is a part, or coded");
  return body === undefined ? parsed : err("must have a body or a transform, not both");
}

function change(
  answer: Response,
  { fields, body, transform, status = answer.status }: AnswerChange,
): Response {
  const { headers } = answer;
  for (const name of fields.removed) headers.delete(name);
  for (const [name, value] of fields.set) headers.set(name, value);
  const isEmpty = WITHOUT_CONTENT.has(status);
  const content = isEmpty ? {} : { body, transform };
  if (isEmpty || body !== undefined || transform !== undefined) return replace(answer, status, content);
  return status === answer.status ? answer : new Response(answer.body, { status, headers });
}

type Content = Partial<Pick<AnswerChange, "body" | "transform">>;

/** What said something of the bytes says nothing true of others. */
function replace(
  { body: source, headers }: Response,
  status: number,
  { body, transform }: Content,
): Response {
  const coded = body === undefined ? [] : ["content-encoding"];
  for (const name of [...OF_THE_BYTES, ...coded]) headers.delete(name);
  const tag = headers.get("etag");
  if (tag?.startsWith('"') === true) headers.set("etag", `W/${tag}`);
  if (transform !== undefined && source !== null) {
    const pair = transform as ReadableWritablePair<Uint8Array, Uint8Array>;
    return new Response(source.pipeThrough(pair), { status, headers });
  }
  // What is not read any more is not kept open.
  void source?.cancel();
  return new Response(body ?? null, { status, headers });
}
