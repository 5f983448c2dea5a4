// Overrides: limits changed for a key, a tier or everybody, for a while.

import type { Command } from "../command.ts";
import { toSafeText } from "../print-safely.ts";
import { toTime } from "../table.ts";
import { createEntry, createEntryCommands, createOptions } from "./entries.ts";

export const overrideCommands: readonly Command[] = [
  {
    name: "overrides create",
    summary: "changes a policy's limits for a key, a tier or, with neither, everybody",
    arguments: [{ name: "policy" }],
    options: {
      key: {
        value: "pattern",
        help: "for each part of the policy's key, in its order; * is any text",
        isRepeatable: true,
      },
      tier: { value: "tier", help: "for whom is on this tier" },
      limit: { value: "units", help: "the new limit" },
      burst: { value: "units", help: "the new burst" },
      window: { value: "duration", help: "the new window" },
      ...createOptions,
    },
    examples: [
      'overrides create plan --key acme --limit 5000 --until 7d --reason "their launch"',
      'overrides create per-client --key "192.0.2.*" --limit 10 --reason scrapers',
    ],
    run: async (given, context) => {
      const body = {
        policy: given.argument(0),
        key: given.texts("key"),
        tier: given.text("tier"),
        limit: given.integer("limit"),
        burst: given.integer("burst"),
        window: given.text("window"),
      };
      return createEntry("overrides", context, { given, body });
    },
  },
  ...createEntryCommands({
    kind: "overrides",
    noun: "override",
    id: "o1",
    columns: [
      ["id", ({ id }) => id],
      ["policy", ({ policy }) => policy],
      [
        "for",
        ({ key, tier }) =>
          Array.isArray(key) ? key.join(" ") : tier === undefined ? "everybody" : `tier ${toSafeText(tier)}`,
      ],
      ["limit", ({ limit }) => limit],
      ["burst", ({ burst }) => burst],
      ["window", (item) => item["window"]],
      ["until", ({ expiresAtMs }) => toTime(expiresAtMs)],
      ["reason", ({ reason }) => reason],
    ],
  }),
];
