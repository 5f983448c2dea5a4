// API keys of a running gateway, put straight into its control object: the one place of the tests that knows how.

import { createHash, randomBytes } from "node:crypto";
import type { KeyRecord } from "../../../src/core/keys/key-record.ts";
import type { EntryBody } from "../../../src/core/control/entries.ts";
import type {
  Changed,
  Changer,
  Created,
  Creation,
  EntryChange,
} from "../../../src/core/control/control-messages.ts";
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

/** A new key in the control object. `given` is not checked: a record may be damaged. */
export async function issueKey(gateway: Gateway, given: Partial<KeyRecord> = {}): Promise<IssuedKey> {
  issued += 1;
  return await storeKey(gateway, newKeyText(), { ...NEW_KEY, consumer: `consumer-${issued}`, ...given });
}

/** The key is unknown from now on. */
export async function deleteKey(gateway: Gateway, { record: { id } }: IssuedKey): Promise<void> {
  const control = await toControl(gateway);
  await control.deleteEntry({ kind: "keys", id, seen: undefined }, BY);
}

/** The same text again, as a key with another id. */
export async function restoreKey(gateway: Gateway, { text, record }: IssuedKey): Promise<IssuedKey> {
  return await storeKey(gateway, text, record);
}

export async function moveKey(gateway: Gateway, key: IssuedKey, tier: string): Promise<void> {
  const control = await toControl(gateway);
  const change = { kind: "keys", id: key.record.id, seen: undefined } as const;
  await control.replaceEntry(change, toBody({ ...key.record, tier }), BY);
}

const NEW_KEY = { tier: undefined, scopes: [], expiresAtMs: undefined, enabled: true, metadata: {} };
const BY = { who: "test", address: undefined };

async function storeKey(gateway: Gateway, text: string, given: Omit<KeyRecord, "id">): Promise<IssuedKey> {
  const hash = createHash("sha256").update(text).digest("hex");
  const control = await toControl(gateway);
  const secret = { hash, prefix: text.slice(0, 11) };
  const created = await control.createEntry({ kind: "keys", body: toBody(given), secret }, BY);
  if (!created.ok) throw new Error(`no key: ${created.error}`);
  return { text, record: { ...given, id: created.value.entry.id } };
}

function toBody({
  consumer,
  tier,
  scopes,
  expiresAtMs,
  enabled,
  metadata,
}: Omit<KeyRecord, "id">): EntryBody {
  const required = { consumer, scopes: [...scopes], enabled, metadata };
  return {
    ...required,
    ...(tier === undefined ? {} : { tier }),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  };
}

/** What is asked of the control object here, over RPC. */
interface Control {
  readonly createEntry: (creation: Creation, by: Changer) => Promise<Changed<Created>>;
  readonly replaceEntry: (change: EntryChange, body: EntryBody, by: Changer) => Promise<unknown>;
  readonly deleteEntry: (change: EntryChange, by: Changer) => Promise<unknown>;
}

async function toControl(gateway: Gateway): Promise<Control> {
  const objects = await gateway.getObjects("CONTROL");
  return objects.get(objects.idFromName("control")) as unknown as Control;
}
