// A dialect of the configuration's own: a body with a few figures in it.

import type { Failure } from "../failure.ts";
import type { DialectAnswer } from "../dialect.ts";

/** What may stand in it, in braces. */
export const FIGURES = ["status", "code", "message", "retryAfter"] as const;

export interface ErrorTemplate {
  /** undefined: that of the problem. */
  readonly status: number | undefined;
  readonly contentType: string;
  /** Text, and at each odd place the name of a figure. */
  readonly parts: readonly string[];
  /** Whether figures stand in texts of JSON. */
  readonly isJson: boolean;
}

export function fillTemplate(template: ErrorTemplate, failure: Failure): DialectAnswer {
  const { status = failure.status, contentType, parts, isJson } = template;
  const figures: Readonly<Record<string, string>> = {
    status: String(status),
    code: failure.code,
    message: isJson ? JSON.stringify(failure.message).slice(1, -1) : failure.message,
    retryAfter: String(failure.retryAfterSeconds ?? 0),
  };
  const body = parts.map((part, at) => (at % 2 === 0 ? part : (figures[part] ?? ""))).join("");
  return { status, contentType, body, isOpen: false };
}
