// Bans: who is refused, whatever they ask for.

import type { Command } from "../command.ts";
import { toTime } from "../table.ts";
import {
  create,
  createEntryCommands,
  idempotencyOption,
  reasonOption,
  toCreated,
  untilOption,
} from "./entries.ts";

export const banCommands: readonly Command[] = [
  {
    name: "bans create",
    summary: "refuses an address, or whoever has another part of a key",
    arguments: [{ name: "value" }],
    options: {
      by: { value: "part", help: "the part of a key that the value is of; default ip" },
      until: untilOption,
      reason: reasonOption,
      "idempotency-key": idempotencyOption,
    },
    examples: [
      "bans create 203.0.113.7 --until 24h --reason scraper",
      'bans create acme --by consumer --reason "did not pay"',
    ],
    run: async (given, { api, nowMs }) => {
      const body = {
        key: given.text("by"),
        value: given.argument(0),
        expiresAtMs: given.timeMs("until", nowMs()),
        reason: given.text("reason"),
      };
      return toCreated(await create(api(), "bans", { given, body }));
    },
  },
  ...createEntryCommands({
    kind: "bans",
    noun: "ban",
    id: "b1",
    columns: [
      ["id", ({ id }) => id],
      ["by", ({ key }) => key],
      ["value", (item) => item["value"]],
      ["until", ({ expiresAtMs }) => toTime(expiresAtMs)],
      ["reason", ({ reason }) => reason],
    ],
  }),
];
