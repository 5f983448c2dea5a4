// Whether a Content-Type is one of JSON (RFC 8259, RFC 6839 section 3.1). Lines of JSON are no JSON.

import { isJson } from "./trim-json.ts";

const JSON_TYPE = /^\s*(?:application|text)\/(?:[\w.+-]*\+)?json\s*(?:;|$)/i;

export function isJsonType(contentType: string | null | undefined): boolean {
  return JSON_TYPE.test(contentType ?? "");
}

/** The body where its type is JSON and it parses; else undefined. */
export function toJson(text: string | undefined, contentType: string | null | undefined): string | undefined {
  return text !== undefined && isJsonType(contentType) && isJson(text) ? text : undefined;
}
