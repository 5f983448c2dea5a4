// The members of one request's body that its route's limits read, looked up by their labels ("json:model", "form:batch").

import { type BodyValue, MISSING, UNKNOWN } from "./body-value.ts";
import { countPrompt } from "./count-prompt.ts";
import { scanJson } from "./json-scanner.ts";
import { type PathNode, toPathTree } from "./member-path.ts";
import { scanForm } from "./scan-form.ts";

/** What is looked for in a body, made once for a route. */
export interface WantedMembers {
  readonly json: PathNode;
  readonly form: readonly string[];
  /** Whether the tokens of a prompt are counted. */
  readonly hasPrompt: boolean;
}

/** The label of a prompt's tokens, as far as its length says them. */
export const PROMPT = "prompt:";

/** "json:model" or "form:batch". */
export type MemberReader = (label: string) => BodyValue;

const FORM_TYPE = /^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^";,\s]*)/gi;

export const NO_BODY: MemberReader = () => MISSING;
export const UNREADABLE_BODY: MemberReader = () => UNKNOWN;

/** Whether a part of a key is read from a body. */
export const isMemberLabel = (label: string): boolean => /^(?:json|form):/.test(label);

export function isFormType(contentType: string): boolean {
  return FORM_TYPE.test(contentType);
}

/** undefined: nothing is looked for. */
export function toWantedMembers(labels: readonly string[]): WantedMembers | undefined {
  if (labels.length === 0) return undefined;
  const namesOf = (prefix: string): readonly string[] =>
    labels.filter((label) => label.startsWith(prefix)).map((label) => label.slice(prefix.length));
  return { json: toPathTree(namesOf("json:")), form: namesOf("form:"), hasPrompt: labels.includes(PROMPT) };
}

/** A body of a coding or charset that is not read is not even waited for. */
export function isReadableType(header: (name: string) => string | undefined): boolean {
  const coding = header("content-encoding")?.trim().toLowerCase() ?? "";
  const charsets = [...(header("content-type") ?? "").matchAll(CHARSET)];
  const isUtf8 = charsets.every(([, charset = ""]) => /^utf-?8$/i.test(charset));
  return (coding === "" || coding === "identity") && isUtf8;
}

/** `text` is the whole body; of one that is said to be of one kind nothing is known as if it were of the other. */
export function readMembers(
  text: string,
  contentType: string,
  { json, form, hasPrompt }: WantedMembers,
): MemberReader {
  const isForm = isFormType(contentType);
  const found = isForm ? scanForm(text, form) : scanJson(text, json);
  const prefix = isForm ? "form:" : "json:";
  const prompt = hasPrompt && !isForm && found !== undefined ? toNumber(countPrompt(text)) : UNKNOWN;
  return (label) => {
    if (label === PROMPT) return prompt;
    if (found === undefined || !label.startsWith(prefix)) return UNKNOWN;
    return found.get(label.slice(prefix.length)) ?? MISSING;
  };
}

const toNumber = (count: number): BodyValue => ({ kind: "number", text: String(count) });

/** How many elements a list has, that of a form as a JSON text; undefined: it is none. */
export function countElements(value: BodyValue): number | undefined {
  if (value.kind === "text") {
    const list = scanJson(value.text, WHOLE)?.get("");
    return list?.kind === "list" ? list.count : undefined;
  }
  return value.kind === "list" ? value.count : undefined;
}

const WHOLE = toPathTree([""]);

/** A value that is one plain text or number, as one text; undefined for all others. */
export function toPlainText(value: BodyValue): string | undefined {
  if (value.kind === "text" || value.kind === "boolean") return value.text;
  if (value.kind !== "number") return undefined;
  const number = Number(value.text);
  // 1.0 and 1e0 are 1 to every reader; what a double does not hold is not rounded to another's value.
  return Number.isSafeInteger(number) ? String(number) : value.text;
}
