// Ranks the keys of a policy by what they have used, over a page of the counter objects that may own them.

import type { Policy } from "../core/policies/policy.ts";
import type { KeyEntry } from "../core/control/entries.ts";
import type { Page } from "../core/control/control-messages.ts";
import { addShares, toHeaviest } from "../core/counters/find-top.ts";
import { type HeavyKey, MESSAGE_VERSION } from "../core/counters/counter-messages.ts";
import { askControl } from "./ask-control.ts";
import { PLACES } from "../core/keys/places.ts";
import { findKeyObject, hasAddress, isByKey } from "./find-counters.ts";
import { lookAtHeavy } from "./heavy-counters.ts";
import type { AdminControls } from "./operation.ts";

/** Objects that one page asks: the next page asks the others. */
export const OBJECTS_MAX = 64;

export interface TopPageQuery {
  readonly limit: number;
  readonly cursor: number;
}

/** What the objects of one page answered, together. */
interface TopFound {
  readonly keys: readonly (HeavyKey & { readonly object: string })[];
  readonly shares: readonly number[];
  readonly objects: { readonly asked: number; readonly unanswered: number; readonly incomplete: number };
  readonly next: number | undefined;
}

export async function findTopPage(
  controls: AdminControls,
  written: Policy,
  query: TopPageQuery,
): Promise<object> {
  const { keys, objects, next } = await askTop(controls, written, query);
  const looked = await Promise.all(keys.map(async (key) => lookAtHeavy(controls, written, key)));
  return { items: looked.filter((one) => one !== undefined), objects, next };
}

export async function askTop(
  controls: AdminControls,
  written: Policy,
  { limit, cursor }: TopPageQuery,
): Promise<TopFound> {
  const { owners, next } = await findOwners(controls, written, cursor);
  const { keys, ...found } = await askOwners(controls, owners, limit);
  return { ...found, keys: toHeaviest(keys, limit), next };
}

export interface Owner {
  readonly object: string;
  readonly policy: Policy;
}

/** What these objects answer, together: of each the keys that used most. */
export async function askOwners(
  controls: AdminControls,
  owners: readonly Owner[],
  most: number,
): Promise<Omit<TopFound, "next">> {
  const answers = await Promise.all(
    owners.map(async ({ object, policy: { name: policy, algorithm, settings, plan } }) => {
      const question = { version: MESSAGE_VERSION, policy, algorithm, settings, plan, most } as const;
      try {
        return { object, ...(await controls.bindings.COUNTERS.getByName(object).top(question)) };
      } catch {
        return undefined;
      }
    }),
  );
  const answered = answers.filter((answer) => answer !== undefined);
  const keys = answered.flatMap(({ keys: found, object }) => found.map((key) => ({ ...key, object })));
  return {
    keys,
    shares: addShares(answered.map(({ shares }) => shares)),
    objects: {
      asked: owners.length,
      unanswered: owners.length - answered.length,
      incomplete: answered.filter(({ isComplete }) => !isComplete).length,
    },
  };
}

interface TopPage {
  readonly owners: readonly Owner[];
  readonly next: number | undefined;
}

const toPlaces = (policy: Policy): readonly string[] => (hasAddress(policy) ? PLACES : ["world"]);

/** How many objects of shards a policy may have. Those that a consumer or a key has to itself come on top. */
export function countShards({ config }: Pick<AdminControls, "config">, policy: Policy): number {
  return toPlaces(policy).length * config().counters.shards;
}

/** The objects of shards first; then, by pages of API keys, those that a consumer or a key has to itself. */
async function findOwners(controls: AdminControls, policy: Policy, cursor: number): Promise<TopPage> {
  const { shards } = controls.config().counters;
  const places = toPlaces(policy);
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
