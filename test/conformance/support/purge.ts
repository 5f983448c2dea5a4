// Purging over HTTP, as an operator does it: the admin API's one call.

import { send, type Reply, type Target } from "./client.ts";
import type { Fields } from "./fields.ts";

export const ADMIN_TOKEN = "a-token-of-the-operator";

export interface Purges {
  readonly urls?: readonly string[];
  readonly prefixes?: readonly string[];
  readonly tags?: readonly string[];
  readonly everything?: true;
}

/** Rejects when the gateway does not promise it. `host` chooses among isolates. */
export async function purge(gateway: Target, purges: Purges, host?: string): Promise<Reply> {
  const reply = await askToPurge(gateway, purges, [
    ["Authorization", `Bearer ${ADMIN_TOKEN}`],
    ...(host === undefined ? [] : ([["Host", host]] as const)),
  ]);
  if (reply.status !== 202) throw new Error(`Purge refused: ${reply.status} ${reply.text()}`);
  return reply;
}

/** The call with fields of the caller's, whatever becomes of it. */
export function askToPurge(gateway: Target, purges: unknown, fields: Fields): Promise<Reply> {
  return send(gateway, "/__headgate/v1/cache/purge", {
    method: "POST",
    fields,
    body: JSON.stringify(purges),
  });
}
