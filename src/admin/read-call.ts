// Reads one request to the admin API into what its operation takes, or says all that is wrong with it. Bodies are read no
// further than they may be long.

import type * as v from "valibot";
import { parseWith } from "../core/schema/parse-with.ts";
import { CLIENT_MS_PER_BYTE } from "../core/http/patience.ts";
import type { Seen } from "../core/control/control-messages.ts";
import { hashText } from "../platform/hash-text.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Operator } from "./authenticate.ts";
import type { AdminControls, Call, Operation } from "./operation.ts";
import { type ReadBounds, readUpTo } from "../platform/read-up-to.ts";
import { toInvalidBody, toProblem } from "./problem.ts";

type Read<Value> = Result<Value, Response>;

export async function readCall(
  request: Request,
  operation: Operation,
  given: {
    readonly controls: AdminControls;
    readonly params: Readonly<Record<string, string>>;
    readonly operator: Operator;
  },
): Promise<Read<Call<unknown, unknown>>> {
  const { headers } = request;
  const seen = readIfMatch(headers.get("if-match"), operation);
  if (!seen.ok) return seen;
  const idempotencyKey = operation.takesIdempotencyKey
    ? (headers.get("idempotency-key") ?? undefined)
    : undefined;
  if (idempotencyKey !== undefined && !/^[\x20-\x7e]{1,255}$/.test(idempotencyKey))
    return err(toProblem(400, "invalid-idempotency-key"));
  const query = readQuery(new URL(request.url).searchParams, operation);
  if (!query.ok) return query;
  const { bodyBytesMax: bytesMax } = operation;
  const timeMsMax = given.controls.config().requestTimeoutMs;
  const text = operation.body === undefined ? ok("") : await readText(request, { bytesMax, timeMsMax });
  if (!text.ok) return text;
  const body = readBody(text.value, operation);
  if (!body.ok) return body;
  return ok({
    controls: given.controls,
    params: given.params,
    by: { who: given.operator.who, address: headers.get("cf-connecting-ip") ?? undefined },
    scopes: given.operator.scopes,
    seen: seen.value,
    idempotencyKey,
    accept: headers.get("accept"),
    query: query.value,
    body: body.value,
    digest: async () => Promise.resolve(hashText(text.value)),
  });
}

/** RFC 9110 section 13.1.1: "*", or a tag that must be the present one. What is no tag of ours is no present one. */
function readIfMatch(field: string | null, { needsIfMatch }: Operation): Read<Seen> {
  if (!needsIfMatch) return ok(undefined);
  if (field === null) return err(toProblem(428, "if-match-required"));
  if (field.trim() === "*") return ok(undefined);
  const [, revision] = /^\s*"(\d{1,15})"\s*$/.exec(field) ?? [];
  return revision === undefined ? err(toProblem(412, "stale")) : ok(Number(revision));
}

function readQuery(params: URLSearchParams, { query }: Operation): Read<unknown> {
  const given = new Map<string, string | string[]>();
  for (const name of new Set(params.keys())) {
    const [first = "", ...others] = params.getAll(name);
    given.set(name, others.length === 0 ? first : [first, ...others]);
  }
  if (query === undefined && given.size === 0) return ok(undefined);
  if (query === undefined) {
    const [name = ""] = given.keys();
    const problem = { path: name, code: "unknown-key", message: "there are no parameters here" };
    return err(toProblem(400, "invalid-query", { problems: [problem] }));
  }
  const parsed = parseWith(query, Object.fromEntries(given));
  return parsed.ok ? parsed : err(toProblem(400, "invalid-query", { problems: parsed.error }));
}

/** A body of JSON, by its schema. */
export async function readJson(
  request: Request,
  schema: v.GenericSchema,
  bounds: ReadBounds,
): Promise<Read<unknown>> {
  const text = await readText(request, bounds);
  return text.ok ? readBody(text.value, { body: schema }) : text;
}

async function readText(
  { headers, body }: Request,
  { bytesMax, timeMsMax }: ReadBounds,
): Promise<Read<string>> {
  const tooLarge = (): Read<never> => err(toProblem(413, "body-too-large", { bytesMax }));
  if (Number(headers.get("content-length") ?? 0) > bytesMax) {
    await body?.cancel();
    return tooLarge();
  }
  const read = await readUpTo(body, { bytesMax, timeMsMax, msPerByte: CLIENT_MS_PER_BYTE });
  if (read.kind === "whole") return ok(new TextDecoder().decode(read.bytes));
  if (read.kind === "broken") return err(toProblem(400, "body-incomplete"));
  await read.stream.cancel();
  return read.kind === "long" ? tooLarge() : err(toProblem(408, "request-timeout"));
}

function readBody(text: string, { body }: Pick<Operation, "body">): Read<unknown> {
  if (body === undefined) return ok(undefined);
  let value: unknown;
  try {
    // A body that may say nothing may also be nothing.
    value = text === "" ? {} : JSON.parse(text);
  } catch {
    return err(toInvalidBody([{ path: "", code: "invalid", message: "must be JSON" }]));
  }
  const parsed = parseWith(body, value);
  return parsed.ok ? parsed : err(toInvalidBody(parsed.error));
}
