// Answers of the admin API: JSON that nobody stores, and problem documents (RFC 9457) for everything that goes wrong.

import { withRequestId } from "../core/http/request-id.ts";
import { REQUEST_ID_FIELD } from "../core/http/request-id.ts";
import { statusTitles } from "../core/http/status-titles.ts";
import type { Problem } from "../core/result.ts";
import { showGiven } from "../core/schema/parse-with.ts";

export interface AnswerFields {
  readonly [name: string]: string;
}

export function toJson(status: number, body: unknown, fields: AnswerFields = {}): Response {
  const headers = { "Content-Type": "application/json", "Cache-Control": "no-store", ...fields };
  return new Response(JSON.stringify(body), { status, headers });
}

export function toProblem(
  status: keyof typeof statusTitles,
  code: string,
  members: Readonly<Record<string, unknown>> = {},
  fields: AnswerFields = {},
): Response {
  const body = { type: "about:blank", title: statusTitles[status], status, code, ...members };
  return toJson(status, body, { ...fields, "Content-Type": "application/problem+json" });
}

export function toInvalidBody(problems: readonly Problem[]): Response {
  return toProblem(400, "invalid-body", { problems });
}

/** The answer with the id of its request, as a field and in a problem's body. */
export async function nameRequest(response: Response, requestId: string): Promise<Response> {
  const { status, headers } = response;
  headers.set(REQUEST_ID_FIELD, requestId);
  if (headers.get("Content-Type") !== "application/problem+json") return response;
  return new Response(withRequestId(await response.text(), requestId), { status, headers });
}

/** 404 that names what is not there: `no ban "b9"`. */
export function toNotFound(noun: string, name: string): Response {
  return toProblem(404, "not-found", { detail: `no ${noun} ${showGiven(name)}` });
}
