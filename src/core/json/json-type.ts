// Whether a Content-Type says JSON (RFC 8259, RFC 6839 section 3.1). Lines of JSON are no JSON.

const JSON_TYPE = /^\s*(?:application|text)\/(?:[\w.+-]*\+)?json\s*(?:;|$)/i;

export function isJsonType(contentType: string | null | undefined): boolean {
  return JSON_TYPE.test(contentType ?? "");
}
