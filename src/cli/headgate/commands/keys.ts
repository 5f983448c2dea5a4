// API keys. The text of a key is printed once, by what made it.

import type { Answer } from "../api.ts";
import type { Command, Context, Said } from "../command.ts";
import { CommandFailure, toUsageFailure } from "../exit-codes.ts";
import type { Given } from "../given.ts";
import { toSafeText } from "../print-safely.ts";
import { type Item, toItem, toItems, toLines, toReadable, toTime } from "../table.ts";
import {
  create,
  createEntryCommands,
  forceOption,
  idempotencyOption,
  readTag,
  revisionOption,
  toForce,
  toPath,
  toShown,
  toWarningText,
  untilOption,
} from "./entries.ts";

const tier = { value: "tier", help: "the plan, a tier of the configuration" } as const;
const scope = { value: "scope", help: "what it may be used for", isRepeatable: true } as const;

const keyOnly = { help: "print nothing but the key's text: for scripts" } as const;

const switches = [
  { word: "disable", enabled: false, summary: "closes a key, until it is enabled again" },
  { word: "enable", enabled: true, summary: "opens a disabled key again" },
] as const;

export const keyCommands: readonly Command[] = [
  {
    name: "keys create",
    summary: "creates an API key and prints its text, this once",
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
      return toSecret(await create(api(), "keys", { given, body }), given);
    },
  },
  {
    name: "keys rotate",
    summary: "gives a key a new text and prints it, this once; the old one opens for a while",
    arguments: [{ name: "id" }],
    options: {
      overlap: { value: "duration", help: "how long the old text opens; default 24h" },
      revision: revisionOption,
      "key-only": keyOnly,
    },
    examples: ["keys rotate k1", "keys rotate k1 --overlap 1m"],
    run: async (given, { api }) => {
      const [asked, path] = [api(), toPath("keys", given)];
      const overlap = given.text("overlap");
      const ifMatch = await readTag(asked, path, given);
      const body = overlap === undefined ? {} : { overlap };
      return toSecret(await asked.ask("POST", `${path}/rotate`, { body, ifMatch }), given);
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
      until: untilOption,
      "no-until": { help: "without an end" },
      force: forceOption,
      revision: revisionOption,
    },
    examples: ["keys update k1 --tier pro", "keys update k1 --no-tier --until 2026-12-31"],
    run: async (given, context) =>
      changeKey(given, context, {
        tier: given.has("no-tier") ? null : given.text("tier"),
        scopes: given.texts("scope"),
        expiresAtMs: given.has("no-until") ? null : given.timeMs("until", context.nowMs()),
      }),
  },
  ...switches.map(({ word, enabled, summary }): Command => ({
    name: `keys ${word}`,
    summary,
    arguments: [{ name: "id" }],
    options: { revision: revisionOption },
    examples: [`keys ${word} k1`],
    run: async (given, context) => changeKey(given, context, { enabled }),
  })),
  ...createEntryCommands({
    kind: "keys",
    noun: "API key",
    id: "k1",
    columns: [
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
    ],
  }),
];

async function changeKey(given: Given, { api }: Context, change: Item): Promise<Said> {
  if (Object.values(change).every((value) => value === undefined))
    throw toUsageFailure("Nothing to change: headgate keys update --help says what there is");
  const [asked, path] = [api(), toPath("keys", given)];
  const ifMatch = await readTag(asked, path, given);
  return toShown((await asked.ask("PATCH", path, { body: { ...change, ...toForce(given) }, ifMatch })).body);
}

function toSecret({ body }: Answer, given: Given): Said {
  const { key, warnings, ...entry } = toItem(body);
  const lines = toLines(toReadable(entry));
  const warned = toWarningText(warnings);
  if (key === undefined) {
    const what =
      "It was there already, and its text is stored nowhere: headgate keys rotate gives it a new one";
    if (given.has("key-only")) throw new CommandFailure("refused", what, body);
    return { json: body, text: () => `${lines}\n\n${what}${warned}` };
  }
  if (given.has("key-only")) return { json: body, text: () => toSafeText(key) };
  return { json: body, text: () => `${lines}\n\n${toLines({ key })}\n\nThis is shown once.${warned}` };
}
