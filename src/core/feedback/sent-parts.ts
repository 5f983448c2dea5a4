// A call that is several in one: its parts, found in its body as they are written, and a body with some of them alone, in which
// nothing else changes.

import { isFormType, readMembers, toWantedMembers } from "../body/body-members.ts";
import { scanJson } from "../body/json-scanner.ts";
import { toPathTree } from "../body/member-path.ts";
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
  const isForm = isFormType(contentType);
  if (!isForm && !isJsonType(contentType)) return undefined;
  const label = `${isForm ? "form" : "json"}:${field}`;
  const wanted = toWantedMembers([label]);
  const value = wanted && readMembers(text, contentType, wanted)(label);
  if (value?.kind !== "list" && value?.kind !== "text") return undefined;
  if (isForm) return toParts(value.kind === "text" ? value.text : "", (list) => withField(text, field, list));
  const place = listMembers(text).find(({ name }) => name === field);
  if (place === undefined) return undefined;
  const [before, after] = [text.slice(0, place.from), text.slice(place.to)];
  return value.kind === "text"
    ? toParts(value.text, (list) => before + JSON.stringify(list) + after)
    : toParts(text.slice(place.from, place.to), (list) => before + list + after);
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
