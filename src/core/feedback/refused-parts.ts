// Parts of a call that an origin refused for its limits while it served the others: which of them are sent again by
// themselves, and where their answers go. What is served is never sent twice, and what is not understood not again.

import { scanForm } from "../body/scan-form.ts";
import { listSpans } from "../shape/json-text.ts";
import { readList, readSentParts, type SentBody } from "./sent-parts.ts";

/** What a profile says of calls that are several in one. */
export interface PartRules {
  /** The member of a call's body that lists its parts. */
  readonly field: string;
  readonly partsMost: number;
  /** The places of those that were refused for a limit, in the JSON of an answer; undefined: it answers no such call. */
  readonly findRefused: (answer: unknown, nowMs: number) => readonly number[] | undefined;
  /** The places of those that may be sent again without the others, whenever. Each is as it is written in JSON. */
  readonly findRepeatable: (parts: readonly string[]) => readonly number[];
}

/** An answer of which a part was refused. */
export interface PartAnswer {
  readonly text: string;
  readonly refused: readonly number[];
  readonly rules: PartRules;
}

export interface SentCall extends SentBody {
  readonly search: string;
  readonly header: (name: string) => string | undefined;
}

export interface Resend {
  readonly body: string;
  /** The first answer with what came the second time in its place; undefined: that answers something else. */
  readonly splice: (second: string) => string | undefined;
}

/** Fields that are said of one body, or make one call of all that have them. */
const OF_THE_BODY = [
  "content-digest",
  "content-md5",
  "digest",
  "repr-digest",
  "signature",
  "signature-input",
  "idempotency-key",
];

/** undefined: there is nothing that may be sent again. */
export function toResend(sent: SentCall, { text, refused, rules }: PartAnswer): Resend | undefined {
  if (OF_THE_BODY.some((name) => sent.header(name) !== undefined)) return undefined;
  // Parameters of the query may go before those of the body.
  if (scanForm(sent.search.slice(1), [rules.field])?.has(rules.field) !== false) return undefined;
  const read = readSentParts(sent, rules.field);
  const first = readList(text);
  if (read === undefined || first?.length !== read.parts.length || first.length > rules.partsMost)
    return undefined;
  const repeatable = rules.findRepeatable(read.parts);
  const places = refused.filter((place) => repeatable.includes(place));
  if (places.length === 0) return undefined;
  return { body: read.toBody(places), splice: (second) => splice(text, places, readList(second)) };
}

/** `null`, in which an origin says nothing of a part, stands for no answer. */
function splice(
  first: string,
  places: readonly number[],
  second: readonly string[] | undefined,
): string | undefined {
  if (second?.length !== places.length) return undefined;
  let end = 0;
  let spliced = "";
  for (const [place, { from, to }] of listSpans(first).entries()) {
    const again = second[places.indexOf(place)] ?? "null";
    spliced += first.slice(end, from) + (again === "null" ? first.slice(from, to) : again);
    end = to;
  }
  return spliced + first.slice(end);
}
