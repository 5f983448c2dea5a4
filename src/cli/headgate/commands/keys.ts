// API keys. The text of a key is printed once, by what made it.

import * as v from "valibot";
import { consumerName, keyName } from "../../../core/control/entries.ts";
import { object } from "../../../core/schema/parse-with.ts";
import type { Command } from "../command.ts";
import { toUsageFailure } from "../exit-codes.ts";
import { judge } from "../judge.ts";
import { type Column, toItem, toItems, toTable, toTime } from "../table.ts";
import {
  changeEntry,
  changeOptions,
  create,
  createEntryCommands,
  forceOption,
  idempotencyOption,
  readTag,
  revisionOption,
  toPath,
  untilOption,
} from "./entries.ts";
import { secretOnly, type SecretAnswer, toSecret } from "./secrets.ts";

const tier = { value: "tier", help: "the plan, a tier of the configuration" } as const;
const scope = { value: "scope", help: "what it may be used for", isRepeatable: true } as const;

/** As the API reads its query. */
const soughtKeys = object({
  prefix: v.optional(keyName("must be the visible beginning of an API key's text")),
  consumer: v.optional(consumerName),
});

const keyOnly = secretOnly("key");

const secret: SecretAnswer = {
  member: "key",
  lost: "It was there already, and its text is stored nowhere: headgate keys rotate gives it a new one",
};

/** Longer than any prefix is a whole text; of that so much is none of the secret. */
const PREFIX_MAX = 16;
const PREFIX_SHOWN = 11;

const switches = [
  { word: "disable", enabled: false, summary: "disables a key: it stops working until it is enabled again" },
  { word: "enable", enabled: true, summary: "enables a disabled key again" },
] as const;

export const keyColumns: readonly Column[] = [
  ["id", ({ id }) => id],
  ["consumer", ({ consumer }) => consumer],
  ["tier", (item) => item["tier"]],
  ["state", ({ enabled }) => (enabled === false ? "disabled" : "enabled")],
  [
    "prefix",
    ({ prefixes }) =>
      toItems(prefixes)
        .map(({ prefix }) => String(prefix))
        .join(" "),
  ],
  ["until", ({ expiresAtMs }) => toTime(expiresAtMs)],
  ["revision", ({ revision }) => revision],
];

export const keyCommands: readonly Command[] = [
  {
    name: "keys create",
    summary: "creates an API key and prints it, this once",
    arguments: [{ name: "consumer" }],
    options: {
      tier,
      scope,
      until: untilOption,
      metadata: { value: "name=text", help: "whatever you want to know of it", isRepeatable: true },
      disabled: { help: "closed until it is enabled" },
      force: forceOption,
      "idempotency-key": idempotencyOption,
      "key-only": keyOnly,
    },
    examples: [
      "keys create acme --tier pro",
      "keys create acme --scope read --scope write --until 90d --metadata order=1234",
    ],
    run: async (given, { api, nowMs }) => {
      const body = {
        consumer: given.argument(0),
        tier: given.text("tier"),
        scopes: given.texts("scope"),
        expiresAtMs: given.timeMs("until", nowMs()),
        metadata: given.pairs("metadata", "="),
        ...(given.has("disabled") ? { enabled: false } : {}),
      };
      const named = { consumer: "<consumer>" };
      return toSecret(await create(api, "keys", { given, body, named }), given, secret);
    },
  },
  {
    name: "keys rotate",
    summary: "gives a key a new secret and prints the key, this once; the old one works for a while longer",
    arguments: [{ name: "id" }],
    options: {
      overlap: { value: "duration", help: "how long the old key goes on working; default 24h" },
      revision: revisionOption,
      "key-only": keyOnly,
    },
    examples: ["keys rotate k1", "keys rotate k1 --overlap 1m"],
    run: async (given, { api }) => {
      // Judged here, and sent as it was written.
      given.durationMs("overlap");
      const overlap = given.text("overlap");
      const [path, asked] = [toPath("keys", given), api()];
      const ifMatch = await readTag(asked, path, given);
      const body = overlap === undefined ? {} : { overlap };
      return toSecret(await asked.ask("POST", `${path}/rotate`, { body, ifMatch }), given, secret);
    },
  },
  {
    name: "keys update",
    summary: "changes a key's tier, scopes or end",
    arguments: [{ name: "id" }],
    options: {
      tier,
      "no-tier": { help: "on no tier: the policies' own limits" },
      scope,
      ...changeOptions,
    },
    examples: ["keys update k1 --tier pro", "keys update k1 --no-tier --until 2026-12-31"],
    run: async (given, context) => {
      const change = { tier: given.has("no-tier") ? null : given.text("tier"), scopes: given.texts("scope") };
      return changeEntry("keys", context, { given, change });
    },
  },
  ...switches.map(({ word, enabled, summary }): Command => ({
    name: `keys ${word}`,
    summary,
    arguments: [{ name: "id" }],
    options: { revision: revisionOption },
    examples: [`keys ${word} k1`],
    run: async (given, context) => changeEntry("keys", context, { given, change: { enabled } }),
  })),
  {
    name: "keys find",
    summary: "the keys that begin so, or that belong to a consumer",
    arguments: [{ name: "prefix", isOptional: true }],
    options: { consumer: { value: "name", help: "the consumer that they belong to" } },
    examples: ["keys find hg_1a2B3c4D", "keys find --consumer acme"],
    run: async (given, { api }) => {
      const [prefix, consumer] = [toPrefix(given.argument(0)), given.text("consumer")];
      if (prefix === "" && consumer === undefined)
        throw toUsageFailure("headgate keys find needs a <prefix> or --consumer");
      judge(soughtKeys, { prefix: prefix || undefined, consumer }, { prefix: "<prefix>" });
      const query = new URLSearchParams({
        ...(prefix === "" ? {} : { prefix }),
        ...(consumer === undefined ? {} : { consumer }),
      });
      const { body } = await api().ask("GET", `/key-search?${query.toString()}`);
      return { json: body, text: () => toTable(keyColumns, toItems(toItem(body)["items"])) };
    },
  },
  ...createEntryCommands({
    kind: "keys",
    noun: "API key",
    id: "k1",
    columns: keyColumns,
  }),
];

/** Of a whole text only what may be shown is sent: a URL is logged. */
function toPrefix(text: string): string {
  return text.length > PREFIX_MAX ? text.slice(0, PREFIX_SHOWN) : text;
}
