// Answers a route that is made of several calls: each goes through the route that its own path matches, like a request
// that came alone, all at the same time.

import { type PartAnswer, toAggregateBody, toPartPath } from "../../core/batch/aggregate.ts";
import type { Route } from "../../core/routes/route.ts";
import { toJson } from "../../core/shape/json-type.ts";
import { ok } from "../../core/result.ts";
import { askMembers, type MemberReply, type MembersContext, toRefusal, toTogether } from "./ask-members.ts";
import type { OriginAnswer } from "../origins/forward.ts";
import type { RequestFacts } from "../request/request-facts.ts";

/** A part's answer and all of them: as many as a route may have. */
const BOUNDS = { parallel: 10, memberBytesMax: 1_048_576, answerBytesMax: 10_485_760 };
const FIELDS = [["accept", "application/json"]] as const;
/** Names the parts that failed. */
const FAILED_FIELD = "X-Aggregate-Failed";

type Aggregated = Route & { readonly aggregate: NonNullable<Route["aggregate"]> };

export async function answerAggregate(
  { aggregate: { parts, onPartial }, pattern, timeoutMs }: Aggregated,
  context: Omit<MembersContext, "bounds" | "lateCode"> & { readonly facts: RequestFacts },
): Promise<OriginAnswer> {
  const { canonicalPath, query } = context.facts;
  const calls = parts.map((part) => ({
    path: toPartPath(part, { pattern, canonicalPath, query }),
    fields: FIELDS,
  }));
  const bounds = { ...BOUNDS, timeoutMs };
  const replies = await askMembers(calls, { ...context, bounds, lateCode: "origin-timeout" });
  const answers = replies.map((reply, at) => toAnswered(parts[at]?.name ?? "", reply, context));
  const failed = answers.filter(({ json }) => json === undefined);
  const [first] = failed;
  // Nothing of all that was asked for is no partial answer.
  if (first !== undefined && (onPartial === "fail" || failed.length === parts.length))
    return ok(toWhole(first.reply));
  const response = toTogether(toAggregateBody(answers, onPartial), replies);
  if (failed.length > 0) response.headers.set(FAILED_FIELD, failed.map(({ name }) => name).join(", "));
  return ok(response);
}

interface Answered extends PartAnswer {
  readonly reply: MemberReply;
}

function toAnswered(name: string, reply: MemberReply, context: Parameters<typeof toRefusal>[1]): Answered {
  const { status, headers, ok: isGood } = reply.response;
  const json = toJson(reply.text, headers.get("content-type"));
  const whole = reply.text === "" ? "null" : json;
  if (isGood && whole === undefined) return toAnswered(name, toRefusal("answer-not-json", context), context);
  const problem = json ?? JSON.stringify({ type: "about:blank", status });
  return { name, json: isGood ? whole : undefined, problem, reply };
}

/** The answer of a part as the answer to all. */
function toWhole({ response: { status, headers }, bytes }: MemberReply): Response {
  return new Response(bytes, { status, headers, encodeBody: "manual" });
}
