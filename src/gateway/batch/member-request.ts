// The request of one call among several that came as one: it has the caller's credential, address, place and way, and
// nothing that says of these what the caller could not have said.

import { isInherited } from "../../core/batch/member-fields.ts";
import type { Config } from "../../core/config/config.ts";
import { foldName } from "../../core/http/field-name.ts";
import { toNominated } from "../../core/http/forwarded-fields.ts";
import { toOrigin } from "../request/request-url.ts";
import type { ReadRequest } from "../request/read-request.ts";

/** What the calls have of the request that they came in. */
export type MembersFacts = Pick<ReadRequest, "request" | "requestId" | "url" | "header">;

export interface MemberCall {
  /** With its query, on the host that was asked. */
  readonly path: string;
  readonly method?: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array | undefined;
}

export function toMemberRequest(
  { request, url, header }: MembersFacts,
  { path, method = "GET", fields, body }: MemberCall,
  { auth }: Config,
): Request {
  const headers = new Headers(request.headers);
  const nominated = toNominated(header("connection"));
  for (const name of request.headers.keys()) {
    const folded = foldName(name);
    if (!isInherited(folded) || nominated.includes(folded)) headers.delete(name);
  }
  // What comes is put into another answer.
  headers.set("accept-encoding", "identity");
  for (const [name, value] of fields) headers.append(name, value);
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  // The platform states the length of a body of its own making to origins, and not here, where it may cost quota.
  if (bytes !== undefined) headers.set("content-length", String(bytes.byteLength));
  const { signal } = request;
  const cf = request.cf as RequestInitCfProperties;
  const target = withCredential(toOrigin(url) + path, request.url, auth.apiKeys.query);
  return new Request(target, { method, headers, body: bytes ?? null, cf, signal });
}

/** A credential in the query goes with every call. Where it was accepted it is no longer among the facts. */
function withCredential(target: string, asked: string, name: string | undefined): string {
  const credential = name === undefined ? null : new URL(asked).searchParams.get(name);
  if (credential === null) return target;
  return `${target}${target.includes("?") ? "&" : "?"}${new URLSearchParams([[name ?? "", credential]]).toString()}`;
}
