// Says in words what became of one request, by the lines that it left in a log.

import type { Command } from "../command.ts";
import { CommandFailure, toUsageFailure } from "../exit-codes.ts";
import { findLines } from "../find-lines.ts";
import { toSafeText } from "../print-safely.ts";
import type { Item } from "../table.ts";

const WAITS = [
  ["credentialMs", "its credential"],
  ["counterMs", "counter objects"],
  ["cacheMs", "the cache"],
  ["queueMs", "its turn"],
  ["originMs", "its origin"],
] as const;

const WHAT: Readonly<Record<string, string>> = {
  allowed: "was answered",
  denied: "was refused",
  shadow: "went on, though a shadow policy would have refused it",
  degraded: "was decided without its counter object",
  failed: "got no answer of its origin",
  crashed: "met a fault of the gateway's own",
};

export const why: Command = {
  name: "why",
  summary: "what became of a request, by the lines that it left in a log; asks no gateway",
  arguments: [{ name: "request-id" }, { name: "log-file", isOptional: true, isRepeatable: true }],
  examples: [
    "why 8f0123456789abcd-AMS gateway.log",
    "why 8f0123456789abcd-AMS yesterday.ndjson.gz today.ndjson",
    "why 8f0123456789abcd-AMS < gateway.log",
  ],
  run: async (given) => {
    const id = given.argument(0);
    if (!/^[\w-]{8,64}$/.test(id))
      throw toUsageFailure("The id of a request is what its answer has as X-Gateway-Request-Id");
    const named = given.arguments(1);
    const files = named.length === 0 ? ["-"] : named;
    const lines: Item[] = [];
    for (const file of files) lines.push(...(await findLines(file, id)));
    if (lines.length === 0) {
      const hint = "A request that went well leaves a line only where log.allowed says so";
      throw new CommandFailure("refused", `No line of ${id} in ${files.join(", ")}. ${hint}`);
    }
    return { json: { items: lines }, text: () => lines.map(explainLine).join("\n\n") };
  },
};

function explainLine(line: Item): string {
  const event = toSafeText(line["event"]);
  return [
    `${toSafeText(line["time"])}  ${toSafeText(line["route"])}  ${WHAT[event] ?? event}`,
    ...say("status", line["status"]),
    ...say("code", line["code"]),
    ...say("cause", line["cause"]),
    ...say("ban", line["ban"]),
    ...say("consumer", line["consumer"]),
    ...say("reputation", line["standing"]),
    ...toList(line["policy"]).map((policy, at) => sayPolicy(policy, line, at)),
    ...say("cache", line["cache"]),
    ...sayMs("admitted after", line["retryAfterMs"]),
    ...WAITS.flatMap(([field, what]) => sayMs(`waited for ${what}`, line[field])),
    ...sayMs("in all", line["ms"]),
  ].join("\n");
}

function sayPolicy(policy: unknown, line: Item, at: number): string {
  const [key, units] = [toList(line["key"])[at], toList(line["units"])[at]];
  const parts = [
    units === undefined ? "" : `, cost ${toSafeText(units)}`,
    key === undefined ? "" : `, key ${toSafeText(key)}`,
  ];
  return `  policy: ${toSafeText(policy)}${parts.join("")}`;
}

function say(what: string, value: unknown): readonly string[] {
  return value === undefined ? [] : [`  ${what}: ${toSafeText(value)}`];
}

function sayMs(what: string, ms: unknown): readonly string[] {
  return ms === undefined ? [] : [`  ${what}: ${toSafeText(ms)} ms`];
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
