// The configuration at run time: shown, compared with a file, replaced by it, rolled back.

import * as v from "valibot";
import { textUpTo } from "../../../core/control/entries.ts";
import { object } from "../../../core/schema/parse-with.ts";
import type { Api } from "../api.ts";
import type { Command, Said } from "../command.ts";
import { toUsageFailure } from "../exit-codes.ts";
import type { Given } from "../given.ts";
import { judge } from "../judge.ts";
import { toSafeJson } from "../print-safely.ts";
import { toProblemLines } from "../problem-text.ts";
import { readDocument } from "../read-document.ts";
import { type Item, toItem, toItems, toLines, toTable, toTime } from "../table.ts";
import { AT_LEAST_ONE, limitOption, readTag, revisionOption } from "./entries.ts";

const file = { name: "file", isOptional: true } as const;
const revision = { ...revisionOption, help: "only while this version is active; without it, whatever is" };
const pushed = object({ reason: v.optional(textUpTo(500)) });
const reason = { value: "text", help: "why, for the history" } as const;
const VERSIONS_DEFAULT = 20;
const NONE_ACTIVE = "\n\nNone of them is active: the deployed file is";
const ENDED = "ended by a deploy with another file: the deployed file is active";

export const configCommands: readonly Command[] = [
  {
    name: "config show",
    summary: "the active configuration, or an earlier version of it; version 0 is the deployed file",
    arguments: [{ name: "version", isOptional: true }],
    examples: ["config show", "config show 3"],
    run: async (given, { api }) => {
      const path = given.argument(0) === "" ? "/config" : `/config/versions/${toVersion(given)}`;
      const { body } = await api().ask("GET", path);
      const text = (): string =>
        `${toVersionLines(body)}${toFileChanges(body)}\n\n${toSafeJson(toItem(body)["config"])}`;
      return { json: body, text };
    },
  },
  {
    name: "config diff",
    summary: "what a file would change of what is active, and every problem of it; changes nothing",
    arguments: [file],
    examples: ["config diff", "config diff ./other.config.ts"],
    run: async (given, { api }) => toChecked(await check(api(), await readDocument(given.argument(0)))),
  },
  {
    name: "config push",
    summary: "activates a file, if it is right and changes something",
    arguments: [file],
    options: { reason, revision },
    examples: ['config push --reason "more for everybody"', "config push ./other.config.ts --revision 3"],
    run: async (given, { api }) => {
      judge(pushed, { reason: given.text("reason") });
      const [asked, config] = [api(), await readDocument(given.argument(0))];
      const ifMatch = await readTag(asked, "/config", given);
      const checked = await check(asked, config);
      if (checked["isValid"] !== true || toItems(checked["changes"]).length === 0) return toChecked(checked);
      const { body } = await asked.ask("PUT", "/config", {
        body: { config, reason: given.text("reason") },
        ifMatch,
      });
      return { json: body, text: () => `${toChecked(checked).text()}\n\n${toVersionLines(body)}` };
    },
  },
  {
    name: "config rollback",
    summary: "activates an earlier version again, as a new one; 0 is the deployed file",
    arguments: [{ name: "version" }],
    options: { reason, revision },
    examples: ["config rollback 0", 'config rollback 3 --reason "too strict"'],
    run: async (given, { api }) => {
      const body = { version: Number(toVersion(given)), reason: given.text("reason") };
      judge(pushed, { reason: body.reason });
      const asked = api();
      const ifMatch = await readTag(asked, "/config", given);
      const answer = await asked.ask("POST", "/config/rollback", { body, ifMatch });
      const warnings = toWarningLines(toItem(answer.body)["warnings"]);
      return { json: answer.body, text: () => warnings + toVersionLines(answer.body) };
    },
  },
  {
    name: "config history",
    summary: "the versions that are kept, newest first",
    options: { limit: { ...limitOption, help: `at most so many; default ${VERSIONS_DEFAULT}` } },
    examples: ["config history"],
    run: async (given, { api }) => {
      const items = await api().list(
        "/config/versions",
        given.integer("limit", AT_LEAST_ONE) ?? VERSIONS_DEFAULT,
      );
      const isFile = items.length > 0 && items.every(({ isActive }) => isActive !== true);
      const text = (): string =>
        toTable(
          [
            ["version", ({ version }) => version],
            ["", ({ isActive }) => (isActive === true ? "active" : undefined)],
            ["at", ({ createdAtMs }) => toTime(createdAtMs)],
            ["who", ({ who }) => who],
            ["reason", (item) => item["reason"]],
          ],
          items,
        ) + (isFile ? NONE_ACTIVE : "");
      return { json: { items }, text };
    },
  },
];

function toVersion(given: Given): string {
  const text = given.argument(0);
  if (/^(?:0|[1-9]\d{0,14})$/.test(text)) return text;
  throw toUsageFailure(`The version must be a whole number, received ${JSON.stringify(text)}`);
}

async function check(api: Api, config: unknown): Promise<Item> {
  return toItem((await api.ask("POST", "/config/check", { body: { config } })).body);
}

function toChecked(checked: Item): Said {
  const problems = toItems(checked["problems"]);
  const changes = toItems(checked["changes"]);
  if (checked["isValid"] !== true) {
    const lines = toFileLines(problems).join("\n");
    return { json: checked, isRefusal: true, text: () => `It cannot be activated:\n${lines}` };
  }
  const text = (): string => toWarningLines(checked["warnings"]) + toChangesText(changes);
  return { json: checked, text };
}

function toWarningLines(warnings: unknown): string {
  const lines = toFileLines(toItems(warnings)).map((line) => `Warning: ${line.trim()}\n`);
  return lines.join("");
}

/** In the file's own terms. */
function toFileLines(problems: readonly Item[]): readonly string[] {
  return toProblemLines(
    problems.map(({ path, code, message }) => ({
      path: typeof path === "string" ? path.replace(/^config\.?/, "") : undefined,
      code,
      message,
    })),
  );
}

function toChangesText(changes: readonly Item[]): string {
  return changes.length === 0
    ? "Nothing to change: it is what is active"
    : toTable(
        [
          ["path", ({ path }) => path],
          ["before", ({ before }) => before],
          ["after", ({ after }) => after],
        ],
        changes,
      );
}

function toVersionLines(body: unknown): string {
  const { version, isFile, isSuperseded, createdAtMs, who, reason: why } = toItem(body);
  return toLines({
    version:
      isFile === true
        ? `${String(version)} (${isSuperseded === true ? ENDED : "the deployed file"})`
        : version,
    at: createdAtMs === 0 ? undefined : toTime(createdAtMs),
    who,
    reason: why,
  });
}

/** Of the active one; earlier versions say nothing of the file. */
function toFileChanges(body: unknown): string {
  const { changes, isSuperseded } = toItem(body);
  const items = toItems(changes);
  if (items.length === 0) return "";
  const table = toTable(
    [
      ["path", ({ path }) => path],
      ["in the file", ({ before }) => before],
      ["pushed", ({ after }) => after],
    ],
    items,
  );
  return `\n\n${isSuperseded === true ? "It would change of the deployed file" : "It changes of the deployed file"}:\n${table}`;
}
