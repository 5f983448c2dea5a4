// One consumer: who it is, what it has used of every policy, and what operators have said of it.

import type { Command } from "../command.ts";
import { consumerName, grants } from "../../../core/control/entries.ts";
import { object } from "../../../core/schema/parse-with.ts";
import { findNearest } from "../../../core/schema/find-nearest.ts";
import { toCounterTable } from "../counter-table.ts";
import { type Denials, readDenials } from "../denials.ts";
import { judge } from "../judge.ts";
import { toSafeText } from "../print-safely.ts";
import { type Column, type Item, toItem, toItems, toTable } from "../table.ts";
import { banColumns } from "./bans.ts";
import { keyColumns } from "./keys.ts";
import { overrideColumns } from "./overrides.ts";

export const consumer: Command = {
  name: "consumer",
  summary: "one consumer, by API keys or tokens: its keys, and what it has used of every policy",
  arguments: [{ name: "consumer" }],
  options: { tier: { value: "tier", help: "the tier of its tokens, where it has used nothing yet" } },
  examples: ["consumer acme", "consumer auth0|5f7c8ec7c33c6c004bbafe82"],
  run: async (given, { api, nowMs }) => {
    const tier = given.text("tier");
    judge(
      object({ name: consumerName, tier: grants.tier }),
      { name: given.argument(0), tier },
      { name: "<consumer>" },
    );
    const query = new URLSearchParams({ name: given.argument(0), ...(tier === undefined ? {} : { tier }) });
    const asked = api();
    const [{ body }, denials] = await Promise.all([
      asked.ask("GET", `/consumers?${query.toString()}`),
      readDenials(asked),
    ]);
    const shown = toItem(body);
    const json = { ...shown, counters: toItems(shown["counters"]).map(denials.addTo) };
    return { json, text: () => toText(json, denials, nowMs()) };
  },
};

function toText(
  { consumer: name, keys, counters, unanswered, bans, overrides }: Item,
  { isUnknown, consumers }: Denials,
  nowMs: number,
): string {
  const used = toItems(counters);
  const lost = Array.isArray(unanswered) ? unanswered : [];
  const sections = [
    toSection("API keys", keyColumns, keys),
    `Counters\n${toCounterTable(used, nowMs)}`,
    ...(lost.length === 0 ? [] : [`Counter objects of ${lost.join(", ")} did not answer`]),
    isUnknown ? "The statistics did not answer: who was denied since when is not known" : undefined,
    toSection("Bans", banColumns, bans),
    toSection("Overrides", overrideColumns, overrides),
  ];
  // What was used may have come back: whoever was denied of late is known all the same.
  const isKnown =
    [keys, overrides].some((items) => toItems(items).length > 0) ||
    used.some((counter) => counter["used"] !== 0) ||
    consumers.includes(toSafeText(name));
  const nearest = findNearest(toSafeText(name), consumers);
  const question = nearest === undefined ? "is that its name?" : `did you mean ${toSafeText(nearest)}?`;
  const doubt = `No API key has the consumer ${toSafeText(name)}, and it has used nothing: ${question}`;
  return [...(isKnown ? [] : [doubt]), ...sections.filter((section) => section !== undefined)].join("\n\n");
}

function toSection(title: string, columns: readonly Column[], items: unknown): string | undefined {
  const listed = toItems(items);
  return listed.length === 0 ? undefined : `${title}\n${toTable(columns, listed)}`;
}
