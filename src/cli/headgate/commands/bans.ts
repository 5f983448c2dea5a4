// Bans: who is refused, whatever they ask for.

import type { Command } from "../command.ts";
import { type Column, toTime } from "../table.ts";
import { changeEntry, changeOptions, createEntry, createEntryCommands, createOptions } from "./entries.ts";

export const banColumns: readonly Column[] = [
  ["id", ({ id }) => id],
  ["by", ({ key }) => key],
  ["value", (item) => item["value"]],
  ["until", ({ expiresAtMs }) => toTime(expiresAtMs)],
  ["reason", ({ reason }) => reason],
];

export const banCommands: readonly Command[] = [
  {
    name: "bans create",
    summary: "refuses an address, or all requests with one value of another key part",
    arguments: [{ name: "value" }],
    options: {
      by: { value: "part", help: "the part of a key that the value is of; default ip" },
      ...createOptions,
    },
    examples: [
      "bans create 203.0.113.7 --until 24h --reason scraper",
      'bans create acme --by consumer --reason "did not pay"',
    ],
    run: async (given, context) => {
      const body = {
        key: given.text("by"),
        value: given.argument(0),
      };
      return createEntry("bans", context, { given, body, named: { key: "--by", value: "<value>" } });
    },
  },
  {
    name: "bans update",
    summary: "changes a ban's end or its reason",
    arguments: [{ name: "id" }],
    options: { ...changeOptions, reason: { value: "text", help: "why, for the audit log" } },
    examples: ["bans update b1 --until 7d", 'bans update b1 --no-until --reason "again"'],
    run: async (given, context) =>
      changeEntry("bans", context, { given, change: { reason: given.text("reason") } }),
  },
  ...createEntryCommands({
    kind: "bans",
    noun: "ban",
    id: "b1",
    columns: banColumns,
  }),
];
