// The admin API as an operator's script uses it.

import { send, type Reply, type Target } from "./client.ts";
import type { Fields } from "./fields.ts";

export const ADMIN_TOKEN = "a-token-of-the-operator";
export const ADMIN_READ_TOKEN = "a-token-that-only-reads";
export const PREFIX = "/__headgate/v1";

export interface AdminOptions {
  /** The address to act as. */
  readonly ip?: string;
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
  { body, ifMatch, token = ADMIN_TOKEN, fields = [], host, ip }: AdminOptions = {},
): Promise<Reply> {
  return send(gateway, `${PREFIX}${path}`, {
    method,
    ...(ip === undefined ? {} : { ip }),
    fields: [
      ...(host === undefined ? [] : ([["Host", host]] as const)),
      ["Authorization", `Bearer ${token}`],
      ...(ifMatch === undefined ? [] : ([["If-Match", ifMatch]] as const)),
      ...fields,
    ],
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

/** An entity tag of an answer that has one. */
export function tagOf(reply: Reply): string {
  const tag = reply.field("ETag");
  if (tag === undefined) throw new Error(`No ETag: ${reply.status} ${reply.text()}`);
  return tag;
}

/** The answer's body; rejects when its status is another one. */
export async function expectStatus(
  status: number,
  asked: Promise<Reply>,
): Promise<Readonly<Record<string, unknown>>> {
  const reply = await asked;
  if (reply.status !== status) throw new Error(`Wanted ${status}: ${reply.status} ${reply.text()}`);
  return reply.body.length === 0 ? {} : reply.json();
}
