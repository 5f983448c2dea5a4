// Whom the reputation takes for suspect or has banned: all pages of counter objects put together.

import type { Api } from "../api.ts";
import type { Command } from "../command.ts";
import { toSafeText } from "../print-safely.ts";
import { type Column, type Item, toItem, toItems, toTable } from "../table.ts";
import { toInstant, toWait } from "../times.ts";

const LIMIT_DEFAULT = 20;
/** Of 64 counter objects each. */
const PAGES_MAX = 100;

interface Found {
  readonly mode: unknown;
  readonly items: readonly Item[];
  readonly count: number;
  readonly objects: { readonly asked: number; readonly unanswered: number };
}

export const suspects: Command = {
  name: "suspects",
  summary: "whom the reputation takes for suspect or has banned: score, what for, and until when",
  arguments: [],
  options: { limit: { value: "count", help: `at most so many, up to 100; default ${LIMIT_DEFAULT}` } },
  examples: ["suspects", "suspects --limit 100"],
  run: async (given, { api, nowMs }) => {
    const found = await findAll(api(), given.integer("limit") ?? LIMIT_DEFAULT);
    return { json: found, text: () => toText(found, nowMs()) };
  },
};

async function findAll(api: Api, limit: number): Promise<Found> {
  const all: Item[] = [];
  const objects = { asked: 0, unanswered: 0 };
  let [count, mode, cursor]: [number, unknown, unknown] = [0, "off", undefined];
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const query = new URLSearchParams({ limit: String(limit) });
    if (cursor !== undefined) query.set("cursor", toSafeText(cursor));
    const { body } = await api.ask("GET", `/suspects?${query.toString()}`);
    const answer = toItem(body);
    const counts = toItem(answer["objects"]);
    for (const name of ["asked", "unanswered"] as const) objects[name] += Number(counts[name] ?? 0);
    all.push(...toItems(answer["items"]));
    count += Number(answer["count"] ?? 0);
    mode = answer["mode"];
    cursor = answer["next"];
    if (cursor === undefined) break;
  }
  const items = all
    .sort((a, b) => Number(b["banMs"] !== 0) - Number(a["banMs"] !== 0) || toScore(b) - toScore(a))
    .slice(0, limit);
  return { mode, items, count, objects };
}

const toScore = ({ score }: Item): number => Number(score);

function toText({ mode, items, count, objects }: Found, nowMs: number): string {
  if (mode === "off") return "The configuration has no reputation.";
  const columns: readonly Column[] = [
    [
      "address",
      ({ address, isOfOtherSites }) =>
        `${toSafeText(address)}${isOfOtherSites === true ? " (cross-site)" : ""}`,
    ],
    ["standing", ({ standing }) => standing],
    ["score", toScore],
    ["for", ({ points }) => toReasons(toItem(points))],
    ["banned until", ({ banMs }) => (banMs === 0 ? "" : toWait(banMs, nowMs))],
    ["last", ({ lastAtMs }) => toInstant(lastAtMs, nowMs)],
  ];
  const notes = [
    ...(mode === "shadow" ? ["A dry run: nobody is treated otherwise for it."] : []),
    ...(count > items.length ? [`${count - items.length} more are not shown.`] : []),
    ...(objects.unanswered > 0
      ? [`${objects.unanswered} of ${objects.asked} counter objects did not answer: there may be others.`]
      : []),
  ];
  const table = toTable(columns, items);
  return notes.length === 0 ? table : `${table}\n\n${notes.join("\n")}`;
}

/** "faults 12, traps 20" */
function toReasons(points: Item): string {
  return Object.entries(points)
    .filter(([, share]) => Number(share) >= 1)
    .sort(([, one], [, other]) => Number(other) - Number(one))
    .map(([name, share]) => `${name} ${Math.round(Number(share))}`)
    .join(", ");
}
