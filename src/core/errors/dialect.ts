// What a dialect is: a pure function from a failure to an answer that an API's own clients understand. The header fields
// that say when to come back stand beside it, unchanged.

import type { Failure } from "./failure.ts";

export interface DialectAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** Beside those that every refusal has. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Whether the body is a JSON object that may have members of the gateway's own. */
  readonly isOpen: boolean;
}

export type Dialect = (failure: Failure) => DialectAnswer;

export const JSON_TYPE = "application/json";

/** The members of a problem document that no API gives another meaning. */
export function toProblemMembers({ code, violated, found }: Failure): Readonly<Record<string, unknown>> {
  return { code, "violated-policies": violated, problems: found };
}

/** An answer of JSON, with our members beside the API's own. */
export function toJsonAnswer(
  failure: Failure,
  { status, body, headers }: { status: number; body: object } & Pick<DialectAnswer, "headers">,
): DialectAnswer {
  const text = JSON.stringify({ ...toProblemMembers(failure), ...body });
  return { status, contentType: JSON_TYPE, body: text, isOpen: true, ...(headers && { headers }) };
}

/** 429 for every limit: a client's own of its API, or the gateway's toward it. */
export function toStatus({ kind, status }: Failure): number {
  return kind === "limited" ? 429 : status;
}
