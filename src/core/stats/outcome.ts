// What became of a request, in the words of statistics.

import { type ProblemCode, problems } from "../http/problems.ts";
import { type REQUEST_OUTCOMES, STATUS_CLASSES } from "./stats-answer.ts";

export type RequestOutcome = (typeof REQUEST_OUTCOMES)[number];

/** What a policy refuses with, of a route or of an origin pool. */
const DENIALS: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "quota-exceeded",
  "impossible-cost",
  "limiter-unavailable",
  "missing-key",
  "origin-limited",
  "origin-overloaded",
]);

/** `code` is the gateway's own problem. */
export function toRefusedOutcome(code: ProblemCode): Exclude<RequestOutcome, "answered" | "cached" | "left"> {
  if (DENIALS.has(code)) return "denied";
  return problems[code].status >= 500 && code !== "not-cached" ? "failed" : "rejected";
}

/** The place among STATUS_CLASSES. */
export function toStatusClass(status: number): number {
  if (status === 429) return STATUS_CLASSES.indexOf("429");
  const at = status < 500 ? Math.floor(status / 100) - 1 : STATUS_CLASSES.length - 1;
  return Math.min(STATUS_CLASSES.length - 1, Math.max(0, at));
}
