// What becomes of a credential: it is somebody's, or why it is not accepted.

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
      /** Nobody issued it: whoever shows many of them is guessing. */
      readonly isUnknown: boolean;
    };

/** `isUnknown` only where nobody issued what was shown. */
export function refuse(code: ProblemCode, cause: string, isUnknown = false): CredentialVerdict {
  return { kind: "refused", code, cause, isUnknown };
}

/** undefined is a key that nobody has. */
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

/** The scopes that are wanted and not there. */
export function findMissingScopes({ scopes }: Identity, wanted: readonly string[]): readonly string[] {
  return wanted.filter((scope) => !scopes.includes(scope));
}
