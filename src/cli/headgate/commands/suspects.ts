// Whom the reputation takes for suspect or has banned.

import {
  describePoints,
  readSuspects,
  type ShownSuspect,
  type SuspectsPage,
} from "../../../core/reputation/suspects.ts";
import type { Command } from "../command.ts";
import { type Item, toTable } from "../table.ts";
import { toInstant, toWait } from "../times.ts";

const LIMIT_DEFAULT = 20;

export const suspects: Command = {
  name: "suspects",
  summary: "whom the reputation takes for suspect or has banned: score, what for, and until when",
  arguments: [],
  options: { limit: { value: "count", help: `at most so many, up to 100; default ${LIMIT_DEFAULT}` } },
  examples: ["suspects", "suspects --limit 100"],
  run: async (given, { api, nowMs }) => {
    const limit = given.integer("limit", { least: 1, most: 100 }) ?? LIMIT_DEFAULT;
    const asked = api();
    const found = await readSuspects(
      async (query) => (await asked.ask("GET", `/suspects?${query}`)).body as SuspectsPage,
      limit,
    );
    return { json: found, text: () => toText(found, nowMs()) };
  },
};

function toText({ mode, items, count, objects, next }: SuspectsPage, nowMs: number): string {
  if (mode === "off") return "The configuration has no reputation.";
  const table = toTable(
    ["address", "standing", "score", "for", "banned until", "last"].map((name) => [name, (row) => row[name]]),
    items.map((one) => toRow(one, nowMs)),
  );
  const isPartial = objects.unanswered > 0 || next !== undefined;
  const notes = [
    ...(mode === "shadow" ? ["A dry run: nobody is treated otherwise for it."] : []),
    ...(count > items.length ? [`${count - items.length} more are not shown.`] : []),
    ...(isPartial ? ["Not all counter objects have answered: there may be others."] : []),
  ];
  return notes.length === 0 ? table : `${table}\n\n${notes.join("\n")}`;
}

function toRow(one: ShownSuspect, nowMs: number): Item {
  const { address, isOfOtherSites, standing, score, points, banMs, lastAtMs } = one;
  return {
    address: isOfOtherSites ? `${address} (cross-site)` : address,
    standing,
    score,
    for: describePoints(points),
    "banned until": banMs === 0 ? "" : toWait(banMs, nowMs),
    last: toInstant(lastAtMs, nowMs),
  };
}
