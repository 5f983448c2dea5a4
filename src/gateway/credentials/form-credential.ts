// The API key in a form, where callers' SDKs write a token there. The form is waited for before anybody is let in, within the
// bounds of every awaited body, and only where no other place has a credential. It goes on without the key.

import { toFormCredential, withoutParameter } from "../../core/consumers/credential.ts";
import { isFormType } from "../../core/body/body-members.ts";
import { toPathTree } from "../../core/body/member-path.ts";
import type { AuthSettings } from "../../core/consumers/auth-schema.ts";
import { ok, type Result } from "../../core/result.ts";
import { toText } from "../../platform/read-up-to.ts";
import type { BodyFailure } from "../request/await-body.ts";
import { awaitMembers } from "../request/await-members.ts";
import type { RequestFacts, RoutedFacts } from "../request/request-facts.ts";
import type { ShownCredential } from "./authority.ts";

/** A longer form is read by nobody here. */
const FORM_BYTES_MAX = 64 * 1_024;

interface FormCredential {
  /** undefined: there is none that can be read. */
  readonly credential: ShownCredential | undefined;
  /** With what has come of the body. */
  readonly facts: RequestFacts;
}

/** Whether the request may have its key in a form. */
export function mayHaveForm(
  { method, hasBody, header }: RoutedFacts,
  { form }: AuthSettings["apiKeys"],
): boolean {
  return (
    form !== undefined &&
    hasBody &&
    method !== "GET" &&
    method !== "HEAD" &&
    isFormType(header("content-type") ?? "")
  );
}

export async function findInForm(
  facts: RequestFacts,
  { form = "", format }: AuthSettings["apiKeys"],
  requestTimeoutMs: number,
): Promise<Result<FormCredential, BodyFailure>> {
  const label = `form:${form}`;
  const wanted = { json: toPathTree([]), form: [form], hasPrompt: false };
  const read = await awaitMembers(facts, { wanted, bytesMax: FORM_BYTES_MAX, requestTimeoutMs });
  if (!read.ok) return read;
  const { kept, member } = read.value;
  const value = member(label);
  if (value.kind !== "text" || !(kept instanceof Uint8Array))
    return ok({ credential: undefined, facts: read.value });
  const rest = withoutParameter(`?${toText(kept) ?? ""}`, form).slice(1);
  const credential = toFormCredential(value.text, format);
  return ok({ credential, facts: read.value.keep(new TextEncoder().encode(rest)) });
}
