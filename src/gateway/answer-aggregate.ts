// Answers a route that is made of several calls: each goes through the route that its own path matches, like a request
// that came alone, all at the same time.

import { type AggregatePart, type PartAnswer, toAggregateBody, toPartPath } from "../core/batch/aggregate.ts";
import type { Config, Route } from "../core/config/config.ts";
import { isJson } from "../core/json/trim-json.ts";
import { isJsonType } from "../core/json/json-type.ts";
import { ok } from "../core/result.ts";
import { askMember, type MemberReply, refuseMember, startDeadline, toTogether } from "./ask-member.ts";
import type { OriginAnswer } from "./forward.ts";
import { toMemberRequest } from "./member-request.ts";
import type { RequestFacts } from "./request-facts.ts";

/** The largest answer of a part. */
const PART_BYTES_MAX = 1_048_576;
/** Names the parts that failed. */
const FAILED_FIELD = "X-Aggregate-Failed";

type Aggregated = Route & { readonly aggregate: NonNullable<Route["aggregate"]> };

export interface AggregateContext {
  readonly config: Config;
  readonly ask: (request: Request) => Promise<Response>;
}

interface Answered extends PartAnswer {
  readonly reply: MemberReply;
}

export async function answerAggregate(
  facts: RequestFacts,
  { aggregate, timeoutMs }: Aggregated,
  context: AggregateContext,
): Promise<OriginAnswer> {
  const { parts, onPartial } = aggregate;
  const { over, end } = startDeadline(timeoutMs);
  const answers = await Promise.all(
    parts.map(async (part) => {
      const reply = await Promise.race([askPart(facts, part, context), over]);
      return toAnswered(part, reply ?? (await refuseMember("origin-timeout", context.config)));
    }),
  );
  end();
  const failed = answers.filter(({ json }) => json === undefined);
  const [first] = failed;
  // Nothing of all that was asked for is no partial answer.
  if (first !== undefined && (onPartial === "fail" || failed.length === parts.length))
    return ok(toWhole(first.reply));
  const response = toTogether(
    toAggregateBody(answers, onPartial),
    answers.map(({ reply }) => reply),
  );
  if (failed.length > 0) response.headers.set(FAILED_FIELD, failed.map(({ name }) => name).join(", "));
  return ok(response);
}

async function askPart(
  facts: RequestFacts,
  part: AggregatePart,
  { config, ask }: AggregateContext,
): Promise<MemberReply> {
  const path = toPartPath(part, facts);
  const credentialName = config.auth.apiKeys.query;
  const request = toMemberRequest(facts, { path, fields: [["accept", "application/json"]], credentialName });
  const reply = await askMember(request, { ask, bytesMax: PART_BYTES_MAX, config });
  const isUsable = !reply.response.ok || reply.text === "" || toJson(reply) !== undefined;
  return isUsable ? reply : await refuseMember("answer-not-json", config);
}

function toAnswered({ name }: AggregatePart, reply: MemberReply): Answered {
  const { status, ok: isGood } = reply.response;
  const json = reply.text === "" ? "null" : toJson(reply);
  const problem = toJson(reply) ?? JSON.stringify({ type: "about:blank", status });
  return { name, json: isGood ? json : undefined, problem, reply };
}

function toJson({ response, text }: MemberReply): string | undefined {
  const isUsable = text !== undefined && isJsonType(response.headers.get("content-type")) && isJson(text);
  return isUsable ? text : undefined;
}

/** The answer of a part as the answer to all. */
function toWhole({ response: { status, headers }, bytes }: MemberReply): Response {
  return new Response(bytes, { status, headers, encodeBody: "manual" });
}
