// Sends those parts of a call again that the origin refused for its limits while it served the others, by themselves and as
// soon as there is room for them, and puts their answers in their places. Where that cannot be the answer stays as it came.

import { type PartAnswer, type Resend, toResend } from "../../core/feedback/refused-parts.ts";
import type { Route } from "../../core/routes/route.ts";
import { ok } from "../../core/result.ts";
import { toText } from "../../platform/read-up-to.ts";
import { awaitMembers } from "../request/await-members.ts";
import { dropAnswer } from "../request/body-pipe.ts";
import { readJsonBody } from "../request/read-json-body.ts";
import type { RequestFacts } from "../request/request-facts.ts";
import type { OriginAnswer } from "./forward.ts";
import { OF_THE_BYTES } from "./redact-answer.ts";

/** A longer body is not read for its parts. */
const SENT_BYTES_MAX = 65_536;
const ANSWER_BYTES_MAX = 262_144;

interface Asking {
  readonly facts: RequestFacts;
  readonly route: Route;
  /** Sends a call like the first one, which is counted by itself and waits for its turn. */
  readonly ask: (facts: RequestFacts) => Promise<OriginAnswer>;
}

/** `parts` were read in `answer`. */
export async function askPartsAgain(
  answer: Response,
  parts: PartAnswer,
  { facts, route, ask }: Asking,
): Promise<OriginAnswer> {
  const resend = planResend(facts, parts);
  if (resend === undefined) return ok(answer);
  const again = await withBody(facts, new TextEncoder().encode(resend.body), route);
  if (again === undefined) return ok(answer);
  const { status, statusText, headers } = answer;
  // It is whole, and its call over: what that held of the origin's is for the parts.
  const first = await answer.arrayBuffer();
  await dropAnswer(answer);
  const spliced = await spliceWith(await ask(again), resend);
  if (spliced === undefined)
    return ok(new Response(first, { status, statusText, headers, encodeBody: "manual" }));
  for (const name of [...OF_THE_BYTES, "etag"]) headers.delete(name);
  return ok(new Response(spliced, { status, statusText, headers }));
}

function planResend(facts: RequestFacts, parts: PartAnswer): Resend | undefined {
  const { kept, search, header } = facts;
  if (!(kept instanceof Uint8Array) || kept.byteLength > SENT_BYTES_MAX) return undefined;
  const text = header("content-encoding") === undefined ? toText(kept) : undefined;
  const contentType = header("content-type") ?? "";
  return text === undefined ? undefined : toResend({ text, contentType, search, header }, parts);
}

/** The call with another body, and with what its limits read in that. */
async function withBody(
  facts: RequestFacts,
  body: Uint8Array,
  { members: wanted, membersBytesMax: bytesMax, requestTimeoutMs }: Route,
): Promise<RequestFacts | undefined> {
  const changed = facts.keep(body);
  if (wanted === undefined) return changed;
  const read = await awaitMembers(changed, { wanted, bytesMax, requestTimeoutMs });
  return read.ok ? read.value : undefined;
}

async function spliceWith(answer: OriginAnswer, { splice }: Resend): Promise<string | undefined> {
  if (!answer.ok) return undefined;
  const { response, toText: toSecond } = await readJsonBody(answer.value, ANSWER_BYTES_MAX);
  await dropAnswer(response);
  const second = response.status === 200 ? toSecond() : undefined;
  return second === undefined ? undefined : splice(second);
}
