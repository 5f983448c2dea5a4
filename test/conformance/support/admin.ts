// The admin API as an operator's script uses it.

import { send, type Reply, type Target } from "./client.ts";
import type { Fields } from "./fields.ts";

export const ADMIN_TOKEN = "a-token-of-the-operator";
export const ADMIN_READ_TOKEN = "a-token-that-only-reads";
export const PREFIX = "/__headgate/v1";

export interface AdminOptions {
  readonly body?: unknown;
  readonly ifMatch?: string;
  readonly token?: string;
  readonly fields?: Fields;
  /** Chooses among isolates. */
  readonly host?: string;
}

/** `path` is below the prefix. */
export function askAdmin(
  gateway: Target,
  method: string,
  path: string,
  { body, ifMatch, token = ADMIN_TOKEN, fields = [], host }: AdminOptions = {},
): Promise<Reply> {
  return send(gateway, `${PREFIX}${path}`, {
    method,
    fields: [
      ...(host === undefined ? [] : ([["Host", host]] as const)),
      ["Authorization", `Bearer ${token}`],
      ...(ifMatch === undefined ? [] : ([["If-Match", ifMatch]] as const)),
      ...fields,
    ],
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}
