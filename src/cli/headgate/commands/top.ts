// Who uses most of a policy: all pages of the ranking put together.

import type { Api } from "../api.ts";
import type { Command } from "../command.ts";
import { toSafeText } from "../print-safely.ts";
import { toKeyText } from "../key-text.ts";
import { type Item, toItem, toItems, toTable } from "../table.ts";

const LIMIT_DEFAULT = 10;
/** Of 64 counter objects each. */
const PAGES_MAX = 100;

interface Ranking {
  readonly items: readonly Item[];
  readonly objects: { readonly asked: number; readonly unanswered: number; readonly incomplete: number };
  /** There is more than was asked. */
  readonly next?: unknown;
}

export const top: Command = {
  name: "top",
  summary: "the keys that use most of a policy",
  arguments: [{ name: "policy" }],
  options: { limit: { value: "count", help: `at most so many, up to 100; default ${LIMIT_DEFAULT}` } },
  examples: ["top per-client", "top plan --limit 3"],
  run: async (given, { api }) => {
    const ranking = await rank(api(), given.argument(0), given.integer("limit") ?? LIMIT_DEFAULT);
    return { json: ranking, text: () => toText(ranking) };
  },
};

async function rank(api: Api, policy: string, limit: number): Promise<Ranking> {
  const found = new Map<string, Item>();
  const objects = { asked: 0, unanswered: 0, incomplete: 0 };
  let cursor: unknown;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const query = new URLSearchParams({ policy, limit: String(limit) });
    if (cursor !== undefined) query.set("cursor", toSafeText(cursor));
    const { body } = await api.ask("GET", `/counters/top?${query.toString()}`);
    const answer = toItem(body);
    const counts = toItem(answer["objects"]);
    for (const name of ["asked", "unanswered", "incomplete"] as const)
      objects[name] += Number(counts[name] ?? 0);
    // A consumer with several API keys is met on several pages.
    for (const item of toItems(answer["items"]))
      found.set(`${String(item["object"])} ${String(item["key"])}`, item);
    cursor = answer["next"];
    if (cursor === undefined) break;
  }
  const items = [...found.values()].sort((a, b) => Number(b["used"]) - Number(a["used"])).slice(0, limit);
  return { items, objects, ...(cursor === undefined ? {} : { next: cursor }) };
}

function toText({ items, objects, next }: Ranking): string {
  const table = toTable(
    [
      ["used", ({ used }) => used],
      ["key", ({ key }) => toKeyText(key)],
      // The rest of the object's name says nothing to people.
      ["place", ({ object }) => (typeof object === "string" ? object.split(":", 1)[0] : undefined)],
    ],
    items,
  );
  const gaps = [
    ...(objects.unanswered > 0
      ? [`${objects.unanswered} of ${objects.asked} counter objects did not answer`]
      : []),
    ...(objects.incomplete > 0 ? [`${objects.incomplete} had more rows than were looked at`] : []),
    ...(next === undefined ? [] : [`only the first ${objects.asked} counter objects were asked`]),
  ];
  return gaps.length === 0 ? table : `${table}\n\nThere may be others: ${gaps.join(", ")}`;
}
