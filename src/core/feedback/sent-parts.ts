// A call that is several in one: its parts, found in its body as they are written, and a body with some of them alone, in which
// nothing else changes.

import { isFormType } from "../body/body-members.ts";
import { scanJson } from "../body/json-scanner.ts";
import { toPathTree } from "../body/member-path.ts";
import { scanForm } from "../body/scan-form.ts";
import { decodeParameter } from "../http/query.ts";
import { listElements, listMembers } from "../shape/json-text.ts";
import { isJsonType } from "../shape/json-type.ts";

/** A call's body that is there as a whole. */
export interface SentBody {
  readonly text: string;
  readonly contentType: string;
}

export interface SentParts {
  /** Each as it is written in JSON. */
  readonly parts: readonly string[];
  /** The body with these of them alone, by their places. */
  readonly toBody: (places: readonly number[]) => string;
}

const WHOLE = toPathTree([""]);

/** `field` is a member of a JSON body, or a form's, and has a list or a JSON text of one. undefined: nothing certain is known. */
export function readSentParts({ text, contentType }: SentBody, field: string): SentParts | undefined {
  if (isFormType(contentType)) return readForm(text, field);
  return isJsonType(contentType) ? readJson(text, field) : undefined;
}

function readForm(text: string, field: string): SentParts | undefined {
  const value = scanForm(text, [field])?.get(field);
  return value?.kind === "text" ? toParts(value.text, (list) => withField(text, field, list)) : undefined;
}

function readJson(text: string, field: string): SentParts | undefined {
  const value = scanJson(text, toPathTree([field]))?.get(field);
  const place = listMembers(value === undefined ? "" : text).find(({ name }) => name === field);
  if (place === undefined) return undefined;
  const [before, after] = [text.slice(0, place.from), text.slice(place.to)];
  if (value?.kind === "list")
    return toParts(text.slice(place.from, place.to), (list) => before + list + after);
  return value?.kind === "text"
    ? toParts(value.text, (list) => before + JSON.stringify(list) + after)
    : undefined;
}

/** The elements of a JSON list as they are written; undefined: it is none. */
export function readList(text: string): readonly string[] | undefined {
  return scanJson(text, WHOLE)?.get("")?.kind === "list" ? listElements(text) : undefined;
}

function toParts(list: string, toBody: (list: string) => string): SentParts | undefined {
  const parts = readList(list);
  if (parts === undefined) return undefined;
  const pick = (places: readonly number[]): string =>
    `[${parts.filter((_, place) => places.includes(place)).join(",")}]`;
  return { parts, toBody: (places) => toBody(pick(places)) };
}

function withField(form: string, field: string, value: string): string {
  const pairs = form.split("&").map((pair) => {
    const [name = ""] = pair.split("=", 1);
    return decodeParameter(name) === field ? `${name}=${encodeURIComponent(value)}` : pair;
  });
  return pairs.join("&");
}
