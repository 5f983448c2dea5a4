// All entries of a kind of which there are few.

import type { Page } from "../core/control/control-messages.ts";
import type { Ban, Override } from "../core/control/entries.ts";
import { askControl } from "./ask-control.ts";
import type { AdminControls } from "./operation.ts";

/** The most that the control object keeps of a kind that gateways read. */
const ENTRIES_MAX = 1_000;

export const listBans = async (controls: AdminControls): Promise<readonly Ban[]> =>
  listAll<Ban>(controls, "bans");

export const listOverrides = async (controls: AdminControls): Promise<readonly Override[]> =>
  listAll<Override>(controls, "overrides");

async function listAll<Entry>(
  { bindings }: AdminControls,
  kind: "bans" | "overrides",
): Promise<readonly Entry[]> {
  const page = await askControl<Page<Entry>>(bindings, async (control) =>
    control.listEntries(kind, { after: 0, most: ENTRIES_MAX }),
  );
  return page.items;
}
