// Purges of the cache.

import * as v from "valibot";
import { parsePurges, purgeBody } from "../../../admin/parse-purges.ts";
import type { Argument, Command } from "../command.ts";
import { toUsageFailure } from "../exit-codes.ts";
import { judge } from "../judge.ts";
import { forceOption, toForce, toWarningText } from "./entries.ts";
import { toItem } from "../table.ts";

const kinds = [
  {
    word: "url",
    member: "urls",
    argument: "cached-url",
    what: "these URLs",
    example: "https://api.example.com/a?b=1",
  },
  {
    word: "path",
    member: "paths",
    argument: "cached-url",
    what: "these URLs, whatever their query,",
    example: "https://api.example.com/a",
  },
  {
    word: "prefix",
    member: "prefixes",
    argument: "prefix-url",
    what: "all URLs that begin so",
    example: "https://api.example.com/img/",
  },
  {
    word: "tag",
    member: "tags",
    argument: "tag",
    what: "what the origin gave these tags",
    example: "product-7 product-8",
  },
] as const;

const named = Object.fromEntries(kinds.map(({ member, argument }) => [member, `<${argument}>`]));

const toCommand = (
  word: string,
  { what, example, arguments: wanted }: { what: string; example: string; arguments: readonly Argument[] },
  toBody: (given: readonly string[]) => object,
): Command => ({
  name: `purge ${word}`,
  summary: `makes ${what} invalid in the cache`,
  arguments: wanted,
  options: { force: forceOption },
  examples: [`purge ${word} ${example}`.trim()],
  run: async (given, { api }) => {
    const asked = { ...toBody(given.arguments(0)), ...toForce(given) };
    judge(purgeBody, asked, named);
    const purges = parsePurges(v.parse(purgeBody, asked), { mergeSlashes: false });
    if (!purges.ok) throw toUsageFailure(`headgate purge ${word} ${purges.error[0]?.message ?? ""}`);
    const { body } = await api().ask("POST", "/cache/purge", { body: asked });
    const { purged, warnings } = toItem(body);
    return { json: body, text: () => `Purges: ${String(purged)}${toWarningText(warnings)}` };
  },
});

export const purgeCommands: readonly Command[] = [
  ...kinds.map(({ word, member, argument, what, example }) =>
    toCommand(word, { what, example, arguments: [{ name: argument, isRepeatable: true }] }, (given) => ({
      [member]: given,
    })),
  ),
  toCommand("everything", { what: "everything", example: "", arguments: [] }, () => ({ everything: true })),
];
