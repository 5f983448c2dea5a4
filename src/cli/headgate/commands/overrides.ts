// Overrides: limits changed for a key, a tier or everybody, for a while.

import type { Api } from "../api.ts";
import type { Command, Context, Option, Said } from "../command.ts";
import { findConsumerKey } from "../consumer-key.ts";
import { toCounterTable } from "../counter-table.ts";
import { toUsageFailure } from "../exit-codes.ts";
import type { Given } from "../given.ts";
import { toSafeText } from "../print-safely.ts";
import { type Column, type Item, toItem, toItems, toTime } from "../table.ts";
import {
  changeEntry,
  changeOptions,
  createEntry,
  createEntryCommands,
  createOptions,
  judgeEntry,
  toSaid,
} from "./entries.ts";

export const overrideColumns: readonly Column[] = [
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
];

const limits: Readonly<Record<string, Option>> = {
  limit: { value: "units", help: "the new limit; 0 for no access, or unlimited" },
  burst: { value: "units", help: "the new burst" },
  window: { value: "duration", help: "the new window" },
};

const toLimits = (given: Given): Item => ({
  limit: given.limit("limit"),
  burst: given.integer("burst"),
  window: given.text("window"),
});

export const overrideCommands: readonly Command[] = [
  {
    name: "overrides create",
    summary: "changes a policy's limits for a consumer, a key, a tier or, with none of them, everybody",
    arguments: [{ name: "policy" }],
    options: {
      consumer: { value: "name", help: "for this consumer, and says what it then has" },
      key: {
        value: "pattern",
        help: "for each part of the policy's key, in its order; * is any text",
        isRepeatable: true,
      },
      tier: { value: "tier", help: "for consumers on this tier" },
      ...limits,
      ...createOptions,
    },
    examples: [
      'overrides create plan --consumer acme --limit 5000 --until 1h --reason "their launch"',
      'overrides create plan --key acme --limit 5000 --until 7d --reason "their launch"',
      'overrides create export --tier partner --limit unlimited --reason "their contract"',
      'overrides create per-client --key "192.0.2.*" --limit 10 --reason scrapers',
    ],
    run: async (given, context) => {
      const [policy, name] = [given.argument(0), given.text("consumer")];
      const body = { policy, tier: given.text("tier"), ...toLimits(given) };
      const named = { policy: "<policy>" };
      if (name !== undefined) {
        if (given.has("key"))
          throw toUsageFailure("--consumer finds the key by itself: leave one of them out");
        // Whatever its key will be: nothing is asked for it while something else is wrong.
        const asked = { ...body, key: ["*"], ...toSaid(given, context.nowMs()) };
        judgeEntry("overrides", { given, body: asked, named });
      }
      const api = context.api();
      const key = name === undefined ? given.texts("key") : await findConsumerKey(api, policy, name);
      const created = await createEntry("overrides", context, { given, body: { ...body, key }, named });
      return name === undefined ? created : withCounters(created, await lookAt(api, policy, name), context);
    },
  },
  {
    name: "overrides update",
    summary: "changes an override's limits, its end or its reason",
    arguments: [{ name: "id" }],
    options: { ...limits, ...changeOptions, reason: { value: "text", help: "why, for the audit log" } },
    examples: ["overrides update o1 --limit 8000", "overrides update o1 --until 7d"],
    run: async (given, context) => {
      const change = { ...toLimits(given), reason: given.text("reason") };
      return changeEntry("overrides", context, { given, change });
    },
  },
  ...createEntryCommands({
    kind: "overrides",
    noun: "override",
    id: "o1",
    columns: overrideColumns,
  }),
];

/** What the consumer has of the policy now. */
async function lookAt(api: Api, policy: string, name: string): Promise<readonly Item[]> {
  const { body } = await api.ask("GET", `/consumers?${new URLSearchParams({ name }).toString()}`);
  return toItems(toItem(body)["counters"]).filter((counter) => counter["policy"] === policy);
}

function withCounters(created: Said, counters: readonly Item[], { nowMs }: Context): Said {
  return { ...created, text: () => `${created.text()}\n\n${toCounterTable(counters, nowMs())}` };
}
