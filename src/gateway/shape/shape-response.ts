// Trims an answer to what its client wants and may see, and gives its header fields other names. The store holds answers
// as the origin gave them: this comes after it.

import { isNotModified, toNotModifiedFields } from "../../core/cache/conditional-request.ts";
import { isReadable } from "../../core/http/field-value.ts";
import { parseHttpDate } from "../../core/http/http-date.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import { isJsonType } from "../../core/shape/json-type.ts";
import { toTrimmedTag } from "../../core/shape/trimmed-tag.ts";
import { trimJson } from "../../core/shape/trim-json.ts";
import { err, ok } from "../../core/result.ts";
import { readClock } from "../../platform/clock.ts";
import type { OriginAnswer } from "../origins/forward.ts";
import { readUpTo, toText } from "../../platform/read-up-to.ts";
import type { Shaping } from "../request/shaping.ts";
import { OF_THE_BYTES } from "./of-the-bytes.ts";

/** Says why an answer is whole that was to be trimmed. */
const IGNORED_FIELD = "X-Fields-Ignored";

/** By what keeps an answer from being trimmed. */
const CODES: ReadonlyMap<string, ProblemCode> = new Map([
  ["too-large", "answer-too-large"],
  ["too-slow", "origin-timeout"],
]);

/** Of what is trimmed the whole has to be there within `timeoutMs`, before its client gets anything. */
export async function shapeResponse(
  response: Response,
  shaping: Shaping,
  { method, timeoutMs }: { readonly method: string; readonly timeoutMs: number },
): Promise<OriginAnswer> {
  const { shape, mask } = shaping;
  const { headers } = response;
  for (const [from, to] of shape.responseNames) {
    const value = headers.get(from);
    // Setting a value that is not valid UTF-8 would change it: the field keeps its name.
    if (value === null || !isReadable(value)) continue;
    headers.delete(from);
    headers.set(to, value);
  }
  const isWanted = (mask !== undefined && response.ok) || shape.dropped !== undefined;
  if (!isWanted || response.webSocket !== null || response.status === 304) return ok(response);
  const trimmed = await trim(response, shaping, timeoutMs);
  const isRead = method === "GET" || method === "HEAD";
  return trimmed.ok && isRead ? ok(await meetConditions(trimmed.value, shaping)) : trimmed;
}

async function trim(response: Response, shaping: Shaping, timeMsMax: number): Promise<OriginAnswer> {
  const { bodyBytesMax } = shaping.shape;
  const obstacle = findObstacle(response, bodyBytesMax);
  if (obstacle !== undefined) return leave(response, shaping, obstacle);
  const read = await readUpTo(response.body, { bytesMax: bodyBytesMax, timeMsMax });
  if (read.kind === "broken") return err({ code: "origin-closed", cause: read.cause });
  if (read.kind !== "whole") {
    const reason = read.kind === "long" ? "too-large" : "too-slow";
    return leave(new Response(read.stream, response), shaping, reason);
  }
  const isEmpty = read.bytes.byteLength === 0;
  const text = isEmpty ? null : trimText(toText(read.bytes), shaping);
  if (text === undefined) return leave(new Response(read.bytes, response), shaping, "malformed");
  const { status, headers } = response;
  const tag = toTrimmedTag(headers.get("etag"), shaping.trim);
  for (const name of [...OF_THE_BYTES, "etag"]) headers.delete(name);
  if (tag !== undefined) headers.set("etag", tag);
  return ok(new Response(text, { status, headers }));
}

/** Why an answer cannot be trimmed, as far as its head says. */
function findObstacle({ headers }: Response, bytesMax: number): string | undefined {
  if (!isJsonType(headers.get("content-type"))) return "not-json";
  const coding = headers.get("content-encoding");
  if (coding !== null && coding.toLowerCase() !== "identity") return "encoded";
  return Number(headers.get("content-length") ?? 0) > bytesMax ? "too-large" : undefined;
}

function trimText(text: string | undefined, { shape, mask }: Shaping): string | undefined {
  let trimmed = text;
  if (trimmed !== undefined && shape.dropped !== undefined)
    trimmed = trimJson(trimmed, shape.dropped, "drop");
  return trimmed === undefined || mask === undefined ? trimmed : trimJson(trimmed, mask, "keep");
}

/** What a client wants less of it may also have whole. What it must not see it does not get: JSON that cannot be trimmed. */
async function leave(response: Response, { shape, mask }: Shaping, obstacle: string): Promise<OriginAnswer> {
  if (shape.dropped !== undefined && obstacle !== "not-json") {
    await response.body?.cancel();
    const code = CODES.get(obstacle) ?? "answer-not-json";
    return err({ code, cause: `fields cannot be dropped: ${obstacle}` });
  }
  if (mask !== undefined) response.headers.set(IGNORED_FIELD, obstacle);
  return ok(response);
}

/** RFC 9110 section 13.2, for what the client gets in the end. */
async function meetConditions(response: Response, { conditions }: Shaping): Promise<Response> {
  const { status, headers } = response;
  const nowMs = readClock();
  const record = {
    status,
    fields: [...headers],
    etag: headers.get("etag"),
    lastModified: headers.get("last-modified"),
    dateMs: parseHttpDate(headers.get("date") ?? "", nowMs) ?? nowMs,
  };
  if (!isNotModified(record, conditions, nowMs)) return response;
  await response.body?.cancel();
  const kept = new Set(toNotModifiedFields(record).map(([name]) => name));
  for (const [name] of record.fields) if (!kept.has(name)) headers.delete(name);
  return new Response(null, { status: 304, headers });
}
