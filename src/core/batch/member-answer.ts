// One member in a batch's answer: its status and fields, and its body as JSON, text or base64.

import { toJson } from "../shape/json-type.ts";

export interface ShownMember {
  readonly name: string | undefined;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: { readonly byteLength: number; readonly toBase64: () => string };
  /** The body as text, where it is UTF-8. */
  readonly text: string | undefined;
}

/** The member as JSON text. A body that is JSON stays as it was written, so that no number loses a digit. */
export function showMember({ name, status, headers, bytes, text }: ShownMember): string {
  const json = toJson(text, headers["content-type"]);
  const encoding = json === undefined ? (text === undefined ? "base64" : "text") : "json";
  const head = { name, status, headers, encoding };
  if (bytes.byteLength === 0) return JSON.stringify({ ...head, encoding: undefined, body: null });
  return `${JSON.stringify(head).slice(0, -1)},"body":${json ?? JSON.stringify(text ?? bytes.toBase64())}}`;
}
