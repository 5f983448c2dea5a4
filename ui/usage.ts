// How much of a policy its keys have used: the answer of the few counter objects whose keys are nearest to their limit, or
// of all, a page at a time.

import { readCounterKey, type ReadPart } from "../src/core/keys/read-counter-key.ts";
import type { StatsKeysAnswer } from "../src/core/stats/stats-answer.ts";
import type { Ask } from "./api.ts";
import { toKeyText } from "./subject.ts";

export type KeyView = StatsKeysAnswer["items"][number];

export interface Usage {
  readonly policy: string;
  readonly atMs: number;
  readonly keys: number;
  /** How many keys have used less than a tenth of their limit, less than two tenths, ... and all of it. */
  readonly shares: readonly number[];
  readonly items: readonly KeyView[];
  readonly asked: number;
  readonly unanswered: number;
  /** How many counter objects the policy may have, without those of single consumers or keys. */
  readonly sharded: number;
  /** Whether there are counter objects that were not asked. */
  readonly hasMore: boolean;
}

const KEYS_MAX = 20;
/** Of a look: each has 64 counter objects. */
export const PAGES_MAX = 10;
/** The parts of a key that can be read. What tells a policy's limits apart is no part that an operator names. */
export const readParts = ({ key }: KeyView): readonly ReadPart[] | undefined =>
  readCounterKey(key)?.filter(({ label }) => label !== "limits");

export function toText(view: KeyView): string {
  const parts = readParts(view);
  return parts === undefined ? view.key : toKeyText(parts);
}

/** Of the counter objects alone that have the fullest keys of late: sixteen at most. */
export async function readFullest(ask: Ask, policy: string): Promise<Usage> {
  const query = new URLSearchParams({ policy, limit: String(KEYS_MAX), of: "fullest" });
  const usage = addPage(toEmpty(policy), await ask<StatsKeysAnswer>(`stats/keys?${query}`));
  return await withExactKeys(ask, usage);
}

/** A page of the answer is of so many counter objects: one page after the other. */
export async function readUsage(ask: Ask, policy: string): Promise<Usage> {
  let usage = toEmpty(policy);
  let next: number | undefined;
  for (let page = 0; page < PAGES_MAX && (page === 0 || next !== undefined); page += 1) {
    const query = new URLSearchParams({ policy, limit: String(KEYS_MAX) });
    if (next !== undefined) query.set("cursor", String(next));
    const answer = await ask<StatsKeysAnswer>(`stats/keys?${query}`);
    usage = addPage(usage, answer);
    next = answer.next;
  }
  return { ...(await withExactKeys(ask, usage)), hasMore: next !== undefined };
}

async function withExactKeys(ask: Ask, usage: Usage): Promise<Usage> {
  const items = await Promise.all(usage.items.map((view) => readExactly(ask, usage.policy, view)));
  return { ...usage, items: sortByShare(items) };
}

function toEmpty(policy: string): Usage {
  const shares = Array.from({ length: 11 }, () => 0);
  return {
    policy,
    atMs: Date.now(),
    keys: 0,
    shares,
    items: [],
    asked: 0,
    unanswered: 0,
    sharded: 0,
    hasMore: false,
  };
}

function addPage(usage: Usage, { keys, shares, items, objects }: StatsKeysAnswer): Usage {
  return {
    ...usage,
    keys: usage.keys + keys,
    shares: usage.shares.map((count, at) => count + (shares[at] ?? 0)),
    items: sortByShare([...usage.items, ...items]).slice(0, KEYS_MAX),
    asked: usage.asked + objects.asked,
    unanswered: usage.unanswered + objects.unanswered,
    sharded: objects.sharded,
  };
}

const sortByShare = (items: readonly KeyView[]): readonly KeyView[] =>
  [...items].sort((a, b) => b.share - a.share);

/** As GET /counters answers. */
type Counter = Pick<KeyView, "limit" | "used" | "remaining" | "resetMs" | "goneInMs"> & {
  readonly override?: string;
};

/** A row may have written more use ahead than there was, and knows no override: what can be asked for is asked for. */
async function readExactly(ask: Ask, policy: string, view: KeyView): Promise<KeyView> {
  const parts = readParts(view);
  if (parts === undefined) return view;
  const query = new URLSearchParams({ policy });
  for (const { value } of parts) query.append("key", value ?? "");
  const [place = ""] = view.object.split(":");
  if (place !== "world" && place !== "credential") query.set("continent", place);
  try {
    const { items } = await ask<{ readonly items: readonly Counter[] }>(`counters?${query}`);
    const [counter] = items;
    if (counter === undefined) return view;
    const { limit, used, remaining, resetMs, goneInMs, override } = counter;
    // Whose tier it is the question cannot say: the row knows its limit.
    if (override === undefined && limit !== view.limit) return view;
    // What there is in all: of a bucket its burst, which is less than its limit.
    const whole = used + remaining;
    return { ...view, limit, used, remaining, resetMs, goneInMs, share: whole === 0 ? 1 : used / whole };
  } catch {
    return view;
  }
}
