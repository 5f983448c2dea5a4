// What a gateway says of itself: health, what is active, and who changed what.

import type { Command } from "../command.ts";
import { type Column, toItem, toItems, toLines, toReadable, toTable, toTime } from "../table.ts";
import { toDuration } from "../times.ts";
import { AT_LEAST_ONE, limitOption } from "./entries.ts";

const AUDIT_LINES_DEFAULT = 20;

const inForce = [
  {
    name: "policies",
    summary: "the active policies",
    columns: [
      ["policy", (item) => item["name"]],
      ["algorithm", ({ algorithm }) => algorithm],
      ["limit", ({ limit }) => limit],
      ["window", ({ windowMs }) => toDuration(windowMs)],
      ["key", ({ key }) => (Array.isArray(key) ? key.join(" ") : key)],
      ["on error", ({ onError }) => onError],
    ],
  },
  {
    name: "routes",
    summary: "the active routes, in the order in which they are tried",
    columns: [
      ["index", ({ index }) => index],
      ["route", (item) => item["name"]],
      ["policies", ({ policies }) => (Array.isArray(policies) ? policies.join(" ") : policies)],
      ["cached", ({ isCached }) => (isCached === true ? "yes" : "no")],
    ],
  },
  {
    name: "origins",
    summary:
      "the members of every origin pool and their state, as the Worker instance (isolate) that answers sees it",
    columns: [
      ["pool", ({ pool }) => pool],
      [
        "members",
        ({ origins }) =>
          toItems(origins)
            .map(({ url, state }) => `${String(url)} ${String(state)}`)
            .join(", "),
      ],
    ],
  },
] as const satisfies readonly {
  readonly name: string;
  readonly summary: string;
  readonly columns: readonly Column[];
}[];

export const gatewayCommands: readonly Command[] = [
  {
    name: "health",
    summary: "whether the gateway runs",
    examples: ["health", "health --url https://api.example.com --timeout 5s"],
    run: async (_given, { api }) => {
      const { body } = await api().ask("GET", "/health");
      return { json: body, text: () => toLines(toReadable(toItem(body))) };
    },
  },
  ...inForce.map(({ name, summary, columns }): Command => ({
    name,
    summary,
    examples: [name],
    run: async (_given, { api }) => {
      const { body } = await api().ask("GET", `/${name}`);
      return { json: body, text: () => toTable(columns, toItems(toItem(body)["items"])) };
    },
  })),
  {
    name: "audit",
    summary: "who changed what and when, newest first",
    options: { limit: { ...limitOption, help: `at most so many; default ${AUDIT_LINES_DEFAULT}` } },
    examples: ["audit", "audit --limit 500 --json"],
    run: async (given, { api }) => {
      const items = await api().list("/audit", given.integer("limit", AT_LEAST_ONE) ?? AUDIT_LINES_DEFAULT);
      const columns: readonly Column[] = [
        ["at", ({ atMs }) => toTime(atMs)],
        ["who", ({ who }) => who],
        ["address", ({ address }) => address],
        ["action", ({ action }) => action],
        ["target", ({ target }) => target],
      ];
      return { json: { items }, text: () => toTable(columns, items) };
    },
  },
];
