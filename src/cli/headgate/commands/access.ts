// Access entries: who is let in, kept out or not limited, beside the configuration's lists.

import type { Command } from "../command.ts";
import { toTime } from "../table.ts";
import { changeEntry, changeOptions, createEntry, createEntryCommands, createOptions } from "./entries.ts";

export const accessCommands: readonly Command[] = [
  {
    name: "access create",
    summary: "lets in (allow), keeps out (deny) or leaves unlimited",
    arguments: [{ name: "action" }],
    options: {
      cidr: { value: "network", help: "an address or a network" },
      country: { value: "code", help: "two upper-case letters" },
      asn: { value: "number", help: "the number of a network's operator" },
      "user-agent": { value: "pattern", help: "of the User-Agent; * is any text" },
      ...createOptions,
    },
    examples: [
      "access create deny --cidr 203.0.113.0/24 --reason scrapers",
      'access create unlimited --cidr 198.51.100.7 --reason "our own checks"',
    ],
    run: async (given, context) => {
      const body = {
        action: given.argument(0),
        cidr: given.text("cidr"),
        country: given.text("country"),
        asn: given.integer("asn"),
        userAgent: given.text("user-agent"),
      };
      return createEntry("access", context, { given, body, named: { action: "<action>" } });
    },
  },
  {
    name: "access update",
    summary: "changes an access entry's action, its end or its reason",
    arguments: [{ name: "id" }],
    options: {
      action: { value: "action", help: "allow, deny or unlimited" },
      ...changeOptions,
      reason: { value: "text", help: "why, for the audit log" },
    },
    examples: ["access update a1 --action allow", "access update a1 --until 7d"],
    run: async (given, context) => {
      const change = { action: given.text("action"), reason: given.text("reason") };
      return changeEntry("access", context, { given, change });
    },
  },
  ...createEntryCommands({
    kind: "access",
    noun: "access entry",
    id: "a1",
    columns: [
      ["id", ({ id }) => id],
      ["action", ({ action }) => action],
      ["whom", ({ cidr, country, asn, userAgent }) => cidr ?? country ?? asn ?? userAgent],
      ["until", ({ expiresAtMs }) => toTime(expiresAtMs)],
      ["reason", ({ reason }) => reason],
    ],
  }),
];
