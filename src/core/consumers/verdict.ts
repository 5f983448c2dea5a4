// The verdict on a credential: whose it is, or why it is rejected.

import type { ProblemCode } from "../http/problems.ts";
import { type Identity, toKeyIdentity } from "../keys/identity.ts";
import type { KeyRecord } from "../keys/key-record.ts";

export type CredentialVerdict =
  | { readonly kind: "accepted"; readonly identity: Identity }
  | {
      readonly kind: "refused";
      readonly code: ProblemCode;
      /** For the log. */
      readonly cause: string;
      /** It was never issued: a client that sends many of them is guessing. */
      readonly isUnknown: boolean;
    };

/** A rejection. `isUnknown` only where the credential was never issued. */
export function refuse(code: ProblemCode, cause: string, isUnknown = false): CredentialVerdict {
  return { kind: "refused", code, cause, isUnknown };
}

/** Judges an API key; undefined is one that was never issued. */
export function judgeKey(record: KeyRecord | undefined, nowMs: number): CredentialVerdict {
  if (record === undefined) return refuse("credential-invalid", "unknown key", true);
  if (!record.enabled) return refuse("credential-invalid", "disabled key");
  if (record.expiresAtMs !== undefined && record.expiresAtMs <= nowMs)
    return refuse("credential-expired", "expired key");
  const identity = toKeyIdentity(record);
  return identity === undefined
    ? refuse("credential-invalid", "the key's consumer cannot be named in a header field")
    : { kind: "accepted", identity };
}

/** The scopes that are needed and missing. */
export function findMissingScopes({ scopes }: Identity, wanted: readonly string[]): readonly string[] {
  return wanted.filter((scope) => !scopes.includes(scope));
}
