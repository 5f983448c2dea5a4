// Whether a consumer that shows one of its keys may rotate or revoke another: only one that gives no more, and no longer, than
// the one that it shows. Else whoever finds a key for reading would get one for writing, and a key that ends soon one that
// never does.

import type { KeyRecord } from "../keys/key-record.ts";

type Given = Pick<KeyRecord, "tier" | "scopes" | "expiresAtMs" | "enabled">;

/** `shown` as it was found by its text: one that was rotated away ends when that text does. */
export function canChangeKey(
  shown: Given,
  other: { readonly [Name in keyof Given]?: Given[Name] | undefined },
): boolean {
  const { tier, scopes = [], expiresAtMs, enabled } = other;
  return (
    enabled === true &&
    tier === shown.tier &&
    scopes.every((scope) => shown.scopes.includes(scope)) &&
    (expiresAtMs ?? Infinity) <= (shown.expiresAtMs ?? Infinity)
  );
}
