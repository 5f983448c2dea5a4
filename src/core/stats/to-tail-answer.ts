// GET /stats/tail as it is answered: the newest of all continents, and a cursor that names how far each was read.

import type { StatsTailAnswer } from "./stats-answer.ts";
import type { CrossedItem, TailAnswer, TailItem } from "./stats-messages.ts";

const ITEMS_MAX = 500;

interface PlaceTail {
  readonly place: string;
  readonly answer: TailAnswer;
}

export function toTailAnswer(tails: readonly PlaceTail[]): Pick<StatsTailAnswer, "items" | "cursor"> {
  const items = tails.flatMap(({ answer }) => answer.items).sort((a, b) => b.atMs - a.atMs);
  const read = tails.filter(({ answer }) => answer.latest > 0);
  return {
    items: items.slice(0, ITEMS_MAX).map(toItem),
    cursor: read.map(({ place, answer }) => `${place}:${answer.latest}`).join(","),
  };
}

/** How far each continent was read; what is none is left out. */
export function toTailCursors(cursor: string): ReadonlyMap<string, number> {
  const pairs = cursor.split(",").map((pair) => pair.split(":"));
  return new Map(pairs.map(([place = "", number = ""]) => [place, Number.parseInt(number, 10) || 0]));
}

function toItem(item: TailItem | CrossedItem): StatsTailAnswer["items"][number] {
  if (item.kind !== "crossed") return { ...item, policy: [...item.policy], key: [...item.key] };
  const { atMs, kind, policy, key, consumer, tier, share } = item;
  const request = { route: "", status: 0, code: "", country: "", asn: "", method: "", requestId: "", ms: 0 };
  return { atMs, kind, ...request, policy: [policy], key: [key], consumer, tier, share };
}
