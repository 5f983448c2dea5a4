// Messages between a gateway and a counter object as one text: the platform copies objects property by property, at five
// times what a text of them costs.

import type { CounterFailure, CounterReply, CounterRequest } from "./counter-messages.ts";

type Answer = CounterReply | CounterFailure;

export function writeRequests(requests: readonly CounterRequest[]): string {
  return JSON.stringify(requests);
}

export function readRequests(text: string): readonly CounterRequest[] {
  return JSON.parse(text) as readonly CounterRequest[];
}

export function writeAnswers(answers: readonly Answer[]): string {
  return JSON.stringify(answers);
}

/** JSON has no endless wait: null is read as one. No other number of a message can be endless. */
export function readAnswers(text: string): readonly Answer[] {
  const answers = JSON.parse(text) as readonly WrittenAnswer[];
  for (const { verdicts = NONE } of answers)
    for (const verdict of verdicts) verdict.retryAfterMs ??= Infinity;
  return answers as readonly Answer[];
}

interface WrittenAnswer {
  readonly verdicts?: readonly { retryAfterMs: number | null }[];
}

const NONE: readonly never[] = [];
