// Named tokens of the admin API. The text of a token is printed once, by what made it.

import type { Command } from "../command.ts";
import { toTime } from "../table.ts";
import { create, createEntryCommands, idempotencyOption, untilOption } from "./entries.ts";
import { secretOnly, toSecret } from "./secrets.ts";

export const tokenCommands: readonly Command[] = [
  {
    name: "tokens create",
    summary: "creates a token of the admin API for one person or program, and prints its text, this once",
    arguments: [{ name: "name" }],
    options: {
      scope: {
        value: "scope",
        help: "what it allows: read, keys, limits, config or purge",
        isRepeatable: true,
        isRequired: true,
      },
      until: untilOption,
      "idempotency-key": idempotencyOption,
      "token-only": secretOnly("token"),
    },
    examples: [
      "tokens create alice --scope read --scope limits",
      "tokens create ci --scope purge --until 90d",
    ],
    run: async (given, { api, nowMs }) => {
      const body = {
        name: given.argument(0),
        scopes: given.texts("scope"),
        expiresAtMs: given.timeMs("until", nowMs()),
      };
      const named = { name: "<name>" };
      return toSecret(await create(api, "tokens", { given, body, named }), given, {
        member: "token",
        lost: "It was there already, and its text is stored nowhere: revoke it and create another",
      });
    },
  },
  ...createEntryCommands({
    kind: "tokens",
    noun: "token",
    id: "t1",
    deletion: { word: "revoke", summary: "revokes one token: it stops working at once" },
    columns: [
      ["id", ({ id }) => id],
      ["name", (item) => item["name"]],
      ["scopes", ({ scopes }) => (Array.isArray(scopes) ? scopes.join(" ") : undefined)],
      ["until", ({ expiresAtMs }) => toTime(expiresAtMs)],
      ["created", ({ createdAtMs }) => toTime(createdAtMs)],
    ],
  }),
];
