// The answer that a stored response gives to one request: whole, its fields alone, not modified, or in parts. Fields come
// without Age and Cache-Status, which differ with every answer and which the caller adds.

import { parseRanges } from "./byte-ranges.ts";
import { isNotModified, isRangeCurrent, toNotModifiedFields } from "./conditional-request.ts";
import type { FieldReader, Fields } from "./fields.ts";
import { type Segment, toContentRange, toMultipartPlan, toRangeLength } from "./multipart.ts";
import type { LookupPlan } from "./request-plan.ts";
import type { StoredResponse } from "./stored-response.ts";

export type AnswerBody =
  | { readonly kind: "whole" }
  | { readonly kind: "none" }
  | { readonly kind: "segments"; readonly segments: readonly Segment[] };

export interface Answer {
  readonly status: number;
  readonly fields: Fields;
  readonly body: AnswerBody;
}

export interface AnswerContext {
  readonly request: FieldReader;
  readonly nowMs: number;
  /** The length of the body as the store knows it; null when it does not, and Range is then ignored. */
  readonly bodyBytes: number | null;
  /** See multipart.ts. Called for several ranges only. */
  readonly createBoundary: () => string;
}

const WHOLE: AnswerBody = Object.freeze({ kind: "whole" });
const NONE: AnswerBody = Object.freeze({ kind: "none" });
/** Statuses that never have content (RFC 9110 sections 15.3.5 and 15.3.6). */
const WITHOUT_CONTENT: ReadonlySet<number> = new Set([204, 205]);

export function toAnswer(record: StoredResponse, plan: LookupPlan, context: AnswerContext): Answer {
  const { status, fields } = record;
  // RFC 9110 section 13.2.2: the conditions come before the range.
  if (plan.isConditional && isNotModified(record, context.request, context.nowMs)) {
    return { status: 304, fields: toNotModifiedFields(record), body: NONE };
  }
  if (plan.isHead || WITHOUT_CONTENT.has(status)) return { status, fields, body: NONE };
  const partial = plan.isRange ? toPartialAnswer(record, context) : undefined;
  return partial ?? { status, fields, body: WHOLE };
}

/** Whole seconds for the Age field (RFC 9111 section 5.1), rounded down as every cache does. */
export function toAgeSeconds(ageMs: number): number {
  return Math.floor(ageMs / 1_000);
}

/** The answer to a range; undefined when it is to be ignored: only a 200 has ranges (RFC 9110 section 14.2). */
function toPartialAnswer(record: StoredResponse, context: AnswerContext): Answer | undefined {
  const { request, nowMs, bodyBytes } = context;
  if (record.status !== 200 || bodyBytes === null || !isRangeCurrent(record, request, nowMs))
    return undefined;
  const ranges = parseRanges(request.get("range") ?? "", bodyBytes);
  if (ranges === "ignore") return undefined;
  if (ranges === "unsatisfiable") return toUnsatisfiable(record, bodyBytes);
  const [only] = ranges;
  if (ranges.length === 1 && only !== undefined) {
    const fields = replaceFields(record.fields, [
      ["content-length", String(toRangeLength(only))],
      ["content-range", toContentRange(only, bodyBytes)],
    ]);
    return { status: 206, fields, body: { kind: "segments", segments: [only] } };
  }
  const contentType = record.fields.find(([name]) => name === "content-type")?.[1];
  const plan = toMultipartPlan(ranges, {
    totalBytes: bodyBytes,
    contentType,
    boundary: context.createBoundary(),
  });
  // Content-Range is in the parts and must not be in the header section (RFC 9110 section 15.3.7.2).
  const fields = replaceFields(record.fields, [
    ["content-length", String(plan.totalBytes)],
    ["content-type", plan.contentType],
  ]);
  return { status: 206, fields, body: { kind: "segments", segments: plan.segments } };
}

/** A 416 (RFC 9110 section 15.5.17). Nothing of the representation goes with it: it is an error of its own. */
function toUnsatisfiable({ fields }: StoredResponse, bodyBytes: number): Answer {
  const date = fields.filter(([name]) => name === "date");
  return {
    status: 416,
    fields: [...date, ["content-length", "0"], ["content-range", `bytes */${bodyBytes}`]],
    body: NONE,
  };
}

function replaceFields(fields: Fields, replacing: Fields): Fields {
  return [...fields.filter(([name]) => !replacing.some(([replaced]) => replaced === name)), ...replacing];
}
