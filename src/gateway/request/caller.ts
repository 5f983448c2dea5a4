// Who a request's accepted credential says is calling: what the origin is told of it, and what the cache must know.

import type { CredentialPlace } from "../../core/consumers/credential.ts";
import type { Identity } from "../../core/keys/identity.ts";

export interface Caller {
  readonly identity: Identity;
  /** Where the credential stood. */
  readonly place: CredentialPlace;
  /** Stands for the credential wherever it is compared or stored: its SHA-256. */
  readonly fingerprint: string;
  /** The header field that stays at the gateway, lower case. */
  readonly withheld: string | undefined;
  readonly originFields: readonly [name: string, value: string][];
}

export interface Accepted {
  readonly identity: Identity;
  readonly place: CredentialPlace;
  readonly hash: string;
}

export function toCaller(
  { identity, place, hash }: Accepted,
  { forwardCredential }: { readonly forwardCredential: boolean },
): Caller {
  const { consumer, tier } = identity;
  return {
    identity,
    place,
    fingerprint: `sha256:${hash}`,
    withheld: forwardCredential || place === "form" || place === "function" ? undefined : place,
    originFields:
      tier === undefined
        ? [["x-consumer", consumer]]
        : [
            ["x-consumer", consumer],
            ["x-tier", tier],
          ],
  };
}

/**
 * A request's field as the cache must see it. However a credential came, the request is one with Authorization (RFC 9111
 * section 3.5): the origin answers for the consumer whom it is told of. Credentials themselves are not shown.
 */
export function readCallerField(
  { place, fingerprint, originFields }: Caller,
  name: string,
  read: (name: string) => string | undefined,
): string | undefined {
  if (name === "authorization") {
    // Beside a key there may be an Authorization that is the origin's.
    const other = place === "authorization" ? undefined : read(name);
    return other === undefined ? fingerprint : `${fingerprint} ${other}`;
  }
  if (name === place) return fingerprint;
  if (name === "x-consumer" || name === "x-tier") return originFields.find(([field]) => field === name)?.[1];
  return read(name);
}
