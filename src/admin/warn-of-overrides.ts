// What a configuration that is about to be activated does to the overrides that operators have made.

import { parseConfig } from "../core/config/parse-config.ts";
import { findEndedOverrides } from "../core/control/find-ended-overrides.ts";
import type { Problem } from "../core/result.ts";
import { readClock } from "../platform/clock.ts";
import { listOverrides } from "./list-all.ts";
import type { AdminControls } from "./operation.ts";

/** Of a document that is right: each override that has an effect now and would have none. */
export async function warnOfOverrides(
  document: unknown,
  controls: AdminControls,
): Promise<readonly Problem[]> {
  const parsed = parseConfig(document, controls.bindings, controls.functions);
  if (!parsed.ok) return [];
  const change = { before: controls.config(), after: parsed.value, nowMs: readClock() };
  return findEndedOverrides(await listOverrides(controls), change);
}
