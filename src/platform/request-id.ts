// The id of a request, of the one isolate that answers it.

import { RequestIds } from "../core/http/request-id.ts";

const ids = new RequestIds(() => crypto.randomUUID().replaceAll("-", "").slice(0, 16));

export function readRequestId({ headers }: Request): string {
  return ids.read(headers.get("cf-ray"));
}

/** The same where the request's fields were read before, by folded name. */
export function toRequestId(fields: ReadonlyMap<string, string>): string {
  return ids.read(fields.get("cf-ray") ?? null);
}
