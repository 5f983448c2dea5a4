// Consumers' requests for a higher limit: what is open, and the answers.

import * as v from "valibot";
import { overrideLimit, textUpTo, timeMs } from "../../../core/control/entries.ts";
import { object } from "../../../core/schema/parse-with.ts";
import type { Command } from "../command.ts";
import { judge, judgeChange } from "../judge.ts";
import { toTime } from "../table.ts";
import { createEntryCommands, readTag, revisionOption, toPath, toShown, untilOption } from "./entries.ts";

/** As the API reads it. */
const grant = object({
  limit: v.optional(overrideLimit),
  expiresAtMs: v.optional(timeMs),
  answer: v.optional(textUpTo(500)),
});

export const requestCommands: readonly Command[] = [
  ...createEntryCommands({
    kind: "requests",
    noun: "request for a higher limit",
    id: "r1",
    columns: [
      ["id", ({ id }) => id],
      ["state", (item) => item["state"]],
      ["consumer", ({ consumer }) => consumer],
      ["policy", ({ policy }) => policy],
      ["limit", ({ limit }) => limit],
      ["reason", ({ reason }) => reason],
      ["until", (item) => toTime(item["untilMs"])],
      ["created", ({ createdAtMs }) => toTime(createdAtMs)],
    ],
  }),
  {
    name: "requests grant",
    summary: "grants a request by an override that ends; with another limit than was asked for, if said",
    arguments: [{ name: "id" }],
    options: {
      until: { ...untilOption, isRequired: true },
      limit: { value: "units", help: "another limit than the one that was asked for" },
      answer: { value: "text", help: "what the consumer is told" },
      revision: revisionOption,
    },
    examples: [
      "requests grant r1 --until 30d",
      'requests grant r1 --until 7d --limit 2000 --answer "half of it"',
    ],
    run: async (given, { api, nowMs }) => {
      const body = {
        expiresAtMs: given.timeMs("until", nowMs()),
        limit: given.limit("limit"),
        answer: given.text("answer"),
      };
      judge(grant, body);
      const [path, asked] = [toPath("requests", given), api()];
      const ifMatch = await readTag(asked, path, given);
      return toShown((await asked.ask("POST", `${path}/grant`, { body, ifMatch })).body);
    },
  },
  {
    name: "requests refuse",
    summary: "refuses a request, and tells its consumer why",
    arguments: [{ name: "id" }],
    options: {
      answer: { value: "text", help: "what the consumer is told", isRequired: true },
      revision: revisionOption,
    },
    examples: ['requests refuse r1 --answer "Plan pro has it"'],
    run: async (given, { api }) => {
      const body = { state: "refused", answer: given.text("answer") };
      judgeChange("requests", body);
      const [path, asked] = [toPath("requests", given), api()];
      const ifMatch = await readTag(asked, path, given);
      return toShown((await asked.ask("PATCH", path, { body, ifMatch })).body);
    },
  },
];
