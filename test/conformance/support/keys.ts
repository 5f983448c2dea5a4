// API keys of a running gateway, put straight into its control object: the one place of the tests that knows how.

import { createHash, randomBytes } from "node:crypto";
import type { KeyRecord } from "../../../src/core/consumers/key-record.ts";
import type { Gateway } from "./gateway.ts";

export interface IssuedKey {
  readonly text: string;
  readonly record: KeyRecord;
}

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

let issued = 0;

/** A text in the form of keys that nobody has. */
export function newKeyText(): string {
  const random = [...randomBytes(51)].map((byte) => ALPHABET[byte % 62] ?? "0").join("");
  return `hg_${random.slice(0, 8)}_${random.slice(8)}`;
}

export async function issueKey(gateway: Gateway, given: Partial<KeyRecord> = {}): Promise<IssuedKey> {
  issued += 1;
  const record: KeyRecord = {
    id: `key-${issued}`,
    consumer: `consumer-${issued}`,
    tier: undefined,
    scopes: [],
    expiresAtMs: undefined,
    enabled: true,
    metadata: {},
    ...given,
  };
  const key = { text: newKeyText(), record };
  await putKey(gateway, key, record);
  return key;
}

/** undefined takes the key away. */
export async function putKey(
  gateway: Gateway,
  { text }: IssuedKey,
  record: KeyRecord | undefined,
): Promise<void> {
  const objects = await gateway.getObjects("CONTROL");
  const control = objects.get(objects.idFromName("control")) as unknown as {
    readonly putKey: (hash: string, record: KeyRecord | undefined) => Promise<void>;
  };
  await control.putKey(createHash("sha256").update(text).digest("hex"), record);
}
