// Request fields by which frameworks let a client change the host, scheme, path or method that the origin sees. None is
// in the cache key, so a gateway takes the client's away from what it forwards, or keys by them.

import { type FieldReader, hasField } from "./fields.ts";

/** Lower case. */
export const UNKEYED_INPUT_FIELDS: readonly string[] = [
  "forwarded",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-forwarded-proto",
  "x-forwarded-scheme",
  "x-forwarded-server",
  "x-host",
  "x-http-host-override",
  "x-http-method",
  "x-http-method-override",
  "x-method-override",
  "x-original-host",
  "x-original-url",
  "x-rewrite-url",
];

/** The first of them that a client sent and the key does not name; what is forwarded must not have it. */
export function findUnkeyedInput(fields: FieldReader, keyHeaders: readonly string[]): string | undefined {
  return UNKEYED_INPUT_FIELDS.find((name) => hasField(fields, name) && !keyHeaders.includes(name));
}
