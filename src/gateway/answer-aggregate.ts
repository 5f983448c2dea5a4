// Answers a route that is made of several calls: each goes through the route that its own path matches, like a request
// that came alone, all at the same time.

import { type AggregatePart, type PartAnswer, toAggregateBody, toPartPath } from "../core/batch/aggregate.ts";
import type { Config, Route } from "../core/config/config.ts";
import { isJson } from "../core/json/trim-json.ts";
import { isJsonType } from "../core/json/json-type.ts";
import type { ProblemCode } from "../core/http/problems.ts";
import { ok } from "../core/result.ts";
import type { OriginAnswer } from "./forward.ts";
import { toMemberRequest } from "./member-request.ts";
import { toProblemResponse } from "./problem-response.ts";
import { readUpTo, toText } from "./read-up-to.ts";
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
  readonly response: Response;
  readonly text: string | undefined;
}

export async function answerAggregate(
  facts: RequestFacts,
  { aggregate, timeoutMs }: Aggregated,
  context: AggregateContext,
): Promise<OriginAnswer> {
  const { parts, onPartial } = aggregate;
  const timer = new AbortController();
  const over = scheduler.wait(timeoutMs, { signal: timer.signal }).then(
    () => undefined,
    () => undefined,
  );
  const answers = await Promise.all(
    parts.map(async (part) => {
      const answered = await Promise.race([askPart(facts, part, context), over]);
      return answered ?? toFailed(part, "origin-timeout", context);
    }),
  );
  timer.abort();
  const failed = answers.filter(({ json }) => json === undefined);
  const [first] = failed;
  // Nothing of all that was asked for is no partial answer.
  if (first !== undefined && (onPartial === "fail" || failed.length === parts.length))
    return ok(toWhole(first));
  const headers = new Headers({ "Content-Type": "application/json", "Cache-Control": "no-store" });
  if (failed.length > 0) headers.set(FAILED_FIELD, failed.map(({ name }) => name).join(", "));
  for (const { response } of answers)
    for (const cookie of response.headers.getSetCookie()) headers.append("Set-Cookie", cookie);
  return ok(new Response(toAggregateBody(answers, onPartial), { headers }));
}

async function askPart(
  facts: RequestFacts,
  part: AggregatePart,
  context: AggregateContext,
): Promise<Answered> {
  const path = toPartPath(part, facts);
  const credentialName = context.config.auth.apiKeys.query;
  const fields = [["accept", "application/json"]] as const;
  const response = await context.ask(toMemberRequest(facts, { path, fields, credentialName }));
  const read = await readUpTo(response.body, PART_BYTES_MAX);
  if (read.kind === "broken") return toFailed(part, "origin-closed", context);
  if (read.kind === "more") {
    await read.stream.cancel();
    return toFailed(part, "answer-too-large", context);
  }
  const text = toText(read.bytes);
  const { ok: isGood, headers } = response;
  if (!isGood) return toAnswered(part, response, { text, json: undefined });
  if (text === "") return toAnswered(part, response, { text, json: "null" });
  const isUsable = text !== undefined && isJsonType(headers.get("content-type")) && isJson(text);
  return isUsable
    ? toAnswered(part, response, { text, json: text })
    : toFailed(part, "answer-not-json", context);
}

function toAnswered(
  { name }: AggregatePart,
  response: Response,
  { text, json }: Pick<Answered, "text" | "json">,
): Answered {
  const isProblem = text !== undefined && isJsonType(response.headers.get("content-type")) && isJson(text);
  const problem = isProblem ? text : JSON.stringify({ type: "about:blank", status: response.status });
  return { name, json, problem, response, text };
}

async function toFailed(
  part: AggregatePart,
  code: ProblemCode,
  { config }: AggregateContext,
): Promise<Answered> {
  const response = toProblemResponse(code, config);
  return toAnswered(part, response, { text: await response.clone().text(), json: undefined });
}

/** The answer of a part as the answer to all. */
function toWhole({ response: { status, headers }, text = "" }: Answered): Response {
  return new Response(text, { status, headers });
}
