// How a batch's answer shows one of its members: what it was answered with, and its body as JSON, text or base64.

import { toJson } from "../json/json-type.ts";

export interface ShownMember {
  readonly name: string | undefined;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** undefined: the answer has none. */
  readonly body: ShownBody | undefined;
}

/** JSON stays as it was written, so that no number loses a digit. */
export interface ShownBody {
  readonly encoding: "json" | "text" | "base64";
  readonly text: string;
}

/** `text` is the body where it is UTF-8; undefined: `toBase64` says it. */
export function toShownBody(
  text: string | undefined,
  { contentType, toBase64 }: { readonly contentType: string | null; readonly toBase64: () => string },
): ShownBody {
  if (text === undefined) return { encoding: "base64", text: toBase64() };
  return { encoding: toJson(text, contentType) === undefined ? "text" : "json", text };
}

/** The member as JSON text. */
export function showMember({ name, status, headers, body }: ShownMember): string {
  const head = JSON.stringify({ name, status, headers, encoding: body?.encoding }).slice(0, -1);
  if (body === undefined) return `${head},"body":null}`;
  return `${head},"body":${body.encoding === "json" ? body.text : JSON.stringify(body.text)}}`;
}
