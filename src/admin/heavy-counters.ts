// Looks at counters that counter objects named: with the limits of the tier that they were used by, and of the override
// that is active for their key.

import { findOverride } from "../core/control/override-index.ts";
import type { HeavyKey } from "../core/counters/counter-messages.ts";
import { readCounterKey } from "../core/keys/read-counter-key.ts";
import { toPlanned } from "../core/policies/claimed-limit.ts";
import { type Policy, toUnused } from "../core/policies/policy.ts";
import { readClock } from "../platform/clock.ts";
import type { FoundCounter } from "./find-counters.ts";
import { text, toObjectSchema } from "./json-schemas.ts";
import type { AdminControls } from "./operation.ts";
import { peek, type Peeked, peekedEntries } from "./peek-counter.ts";
import type { JsonSchema } from "./to-schema.ts";

export interface HeavyCounter extends Peeked {
  readonly policy: string;
  readonly key: string;
  /** The tier by whose limits it has used so much; undefined: the policy's own. */
  readonly tier: string | undefined;
  /** Units used, of those that a key that has used nothing has. */
  readonly share: number;
}

export const heavyCounterAnswer = (): JsonSchema =>
  toObjectSchema(
    { policy: text, key: text, tier: text, object: text, ...peekedEntries, share: { type: "number" } },
    ["tier", "windowMs", "follows", "goneInMs", "override"],
  );

/** Asks for each of them what a request of cost 1 would get. undefined where the object does not answer. */
export async function lookAtHeavy(
  controls: AdminControls,
  written: Policy,
  { key, plan, object }: Pick<HeavyKey, "key" | "plan"> & { readonly object: string },
): Promise<HeavyCounter | undefined> {
  const { tier, policy: own } = toPlanned(written, plan);
  const found = toFound(controls, own, { key, tier });
  try {
    const peeked = await peek(controls, { object, key, ...found }, 1);
    const share = found.unused === 0 ? 0 : Math.round((1_000 * peeked.used) / found.unused) / 1_000;
    return { policy: written.name, key, tier, ...peeked, share };
  } catch {
    return undefined;
  }
}

/** The limits that hold for a counter's key. Of a key that is stored by its hash no override for single keys is known. */
function toFound(
  { overrides }: AdminControls,
  own: Policy,
  { key, tier }: { readonly key: string; readonly tier: string | undefined },
): Omit<FoundCounter, "object" | "key"> {
  const parts = readCounterKey(key);
  const valueOf = (label: string): string | undefined => parts?.find((part) => part.label === label)?.value;
  const variantName = valueOf("limits");
  const policy = own.variants.find((variant) => variant.policy.variantName === variantName)?.policy ?? own;
  const subject = { key: own.key.map(({ label }) => valueOf(label)), tier, nowMs: readClock() };
  const applied = findOverride(overrides() ?? new Map(), own.name, subject);
  const limited = applied?.policy ?? policy;
  return { policy: limited, unused: toUnused(limited), override: applied?.override.id };
}
