// What is said in a stream of events that breaks off: its head has gone, and an end that comes early but clean passes for
// success with most clients of model APIs. They throw what an event of this form says.

import type { ProblemCode } from "../http/problems.ts";
import { type DialectName, type ErrorsRule, toErrorAnswer } from "./registry.ts";

/** The event that has this body. */
type ToEvent = (body: string) => string;

const toData: ToEvent = (body) => `data: ${body}\n\n`;

/** Its client reads an error only in a chunk like all others. */
const LAST_CHOICE = '"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]';

const EVENTS: Readonly<Partial<Record<DialectName, ToEvent>>> = {
  openai: toData,
  openrouter: (body) => toData(`${body.slice(0, -1)},${LAST_CHOICE}}`),
  anthropic: (body) => `event: error\n${toData(body)}`,
  gemini: toData,
};

/** Whether it has such a form. */
export function hasStreamErrors(rule: ErrorsRule): boolean {
  return typeof rule === "string" && EVENTS[rule] !== undefined;
}

/** The event, after the end of one that may be under way; undefined: its API has none. */
export function toStreamError(code: ProblemCode, rule: ErrorsRule): string | undefined {
  const toEvent = typeof rule === "string" ? EVENTS[rule] : undefined;
  return toEvent && `\n\n${toEvent(toErrorAnswer(code, rule).body)}`;
}
