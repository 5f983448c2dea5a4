// Ranks the keys of a policy by what they have used, over a page of the counter objects that may own them.

import type { Policy } from "../core/policies/policy.ts";
import type { KeyEntry } from "../core/control/entries.ts";
import type { Page } from "../core/control/control-messages.ts";
import { toHeaviest } from "../core/counters/find-top.ts";
import { MESSAGE_VERSION } from "../core/counters/counter-messages.ts";
import { askControl } from "./ask-control.ts";
import { findKeyObject, hasAddress, isByKey, PLACES } from "./find-counters.ts";
import type { AdminControls } from "./operation.ts";

/** Objects that one page asks: the next page asks the others. */
export const OBJECTS_MAX = 64;

export async function findTopPage(
  controls: AdminControls,
  written: Policy,
  { limit, cursor }: { readonly limit: number; readonly cursor: number },
): Promise<object> {
  const { owners, next } = await findOwners(controls, written, cursor);
  const answers = await Promise.all(
    owners.map(async ({ object: owner, policy: { name: policy, algorithm, settings, plan } }) => {
      const question = { version: MESSAGE_VERSION, policy, algorithm, settings, plan, most: limit } as const;
      try {
        return await controls.bindings.COUNTERS.getByName(owner).top(question);
      } catch {
        return undefined;
      }
    }),
  );
  const all = answers.flatMap((answer, index) =>
    (answer?.keys ?? []).map(({ key, used }) => ({ key, used, object: owners[index]?.object })),
  );
  return {
    items: toHeaviest(all, limit),
    objects: {
      asked: owners.length,
      unanswered: answers.filter((answer) => answer === undefined).length,
      incomplete: answers.filter((answer) => answer?.isComplete === false).length,
    },
    next,
  };
}

interface TopPage {
  readonly owners: readonly { readonly object: string; readonly policy: Policy }[];
  readonly next: number | undefined;
}

/** The objects of shards first; then, by pages of API keys, those that a consumer or a key has to itself. */
async function findOwners(controls: AdminControls, policy: Policy, cursor: number): Promise<TopPage> {
  const { shards } = controls.config().counters;
  const places: readonly string[] = hasAddress(policy) ? PLACES : ["world"];
  const sharded = places.length * shards;
  const hasMore = isByKey(policy);
  if (cursor < sharded) {
    const end = Math.min(cursor + OBJECTS_MAX, sharded);
    const owners = Array.from({ length: end - cursor }, (_, index) => ({
      object: `${places[Math.floor((cursor + index) / shards)]}:${(cursor + index) % shards}`,
      policy,
    }));
    return { owners, next: end < sharded || hasMore ? end : undefined };
  }
  if (!hasMore) return { owners: [], next: undefined };
  const { items, next } = await askControl<Page<KeyEntry>>(controls.bindings, async (control) =>
    control.listEntries("keys", { after: cursor - sharded, most: OBJECTS_MAX }),
  );
  const found = items
    .map((entry) => findKeyObject(controls, policy, entry))
    .filter((one) => one !== undefined);
  const owners = [...new Map(found.map((owner) => [owner.object, owner])).values()];
  return { owners, next: next === undefined ? undefined : sharded + next };
}
