// Finds API keys by what people have of them: an id, the visible beginning of a text, a consumer's name.

import type { KeyFilter, Page } from "../core/control/control-messages.ts";
import type { KeyEntry } from "../core/control/entries.ts";
import type { KeyRecord } from "../core/keys/key-record.ts";
import { askControl } from "./ask-control.ts";
import type { AdminControls } from "./operation.ts";

/** As many as a person looks through. */
const FOUND_MAX = 100;

/** The first of them, oldest first. */
export async function findKeys(
  { bindings }: Pick<AdminControls, "bindings">,
  filter: KeyFilter,
): Promise<Page<KeyEntry>> {
  return askControl<Page<KeyEntry>>(bindings, async (control) =>
    control.findKeys(filter, { after: 0, most: FOUND_MAX }),
  );
}

/** By its id, or by a prefix that others may have too. */
export async function findNamedKeys(
  controls: Pick<AdminControls, "bindings">,
  name: string,
): Promise<readonly KeyEntry[]> {
  if (!/^k\d+$/.test(name)) return (await findKeys(controls, { prefix: name })).items;
  const entry = await askControl<KeyEntry | undefined>(controls.bindings, async (control) =>
    control.readEntry("keys", name),
  );
  return entry === undefined ? [] : [entry];
}

export function toRecord({
  id,
  consumer,
  tier,
  scopes,
  enabled,
  metadata,
  expiresAtMs,
}: KeyEntry): KeyRecord {
  return { id, consumer, tier, scopes, enabled, metadata, expiresAtMs };
}
