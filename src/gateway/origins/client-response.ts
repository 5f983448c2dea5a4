// Makes the client's response of an origin's: removes connection fields and rewrites fields that name the origin. A field
// is set only if it changes and is valid UTF-8; all others keep their bytes.

import {
  type ClientContext,
  toClientCookie,
  toClientLink,
  toClientLocation,
  toClientRefresh,
} from "../../core/http/client-fields.ts";
import { isReadable } from "../../core/http/field-value.ts";
import { toDroppedFromResponse } from "../../core/http/forwarded-fields.ts";

type ToClient = (value: string, context: ClientContext) => string;

const NAMING: readonly (readonly [name: string, toClient: ToClient])[] = [
  ["location", toClientLocation],
  ["content-location", toClientLocation],
  ["link", toClientLink],
  ["refresh", toClientRefresh],
];

/** Copies the response. `context` is undefined where the origin has the gateway's own name. */
export function toClientResponse(response: Response, context: ClientContext | undefined): Response {
  // One copy with fields that may be changed; the body stays the origin's stream.
  const copy = new Response(response.body, response);
  const { headers } = copy;
  for (const name of toDroppedFromResponse(headers.get("connection") ?? undefined)) headers.delete(name);
  if (context === undefined) return copy;
  for (const [name, toClient] of NAMING) {
    const value = headers.get(name);
    if (value === null || !isReadable(value)) continue;
    const named = toClient(value, context);
    if (named !== value) headers.set(name, named);
  }
  nameInCookies(headers, context);
  return copy;
}

function nameInCookies(headers: Headers, context: ClientContext): void {
  const lines = headers.getSetCookie();
  if (lines.length === 0 || !lines.every(isReadable)) return;
  const named = lines.map((line) => toClientCookie(line, context));
  if (named.every((line, at) => line === lines[at])) return;
  headers.delete("set-cookie");
  for (const line of named) headers.append("set-cookie", line);
}
