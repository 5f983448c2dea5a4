// What API keys, overrides, bans and access entries have in common on the command line: list, show, delete, and the two
// ways of changing something safely: a create that may be sent twice, and a change of what was seen.

import { randomUUID } from "node:crypto";
import { type EntryKind, entryKinds } from "../../../core/control/entries.ts";
import type { Answer, Api } from "../api.ts";
import type { Command, Context, Option, Said } from "../command.ts";
import { CommandFailure, toUsageFailure } from "../exit-codes.ts";
import type { Given } from "../given.ts";
import { judge, judgeChange } from "../judge.ts";
import { toProblemLines } from "../problem-text.ts";
import { type Column, type Item, toItem, toItems, toLines, toReadable, toTable } from "../table.ts";

export interface EntryGroup {
  /** As the API's path has it: "keys". */
  readonly kind: string;
  readonly noun: string;
  /** One for the examples. */
  readonly id: string;
  readonly columns: readonly Column[];
  /** Where it is called otherwise than to delete. */
  readonly deletion?: { readonly word: string; readonly summary: string };
}

const ITEMS_MAX = 100_000;
/** Of a --limit: none would be an empty list, which looks as if there were none. */
export const AT_LEAST_ONE = { least: 1 } as const;

export const limitOption: Option = { value: "count", help: "at most so many" };
export const untilOption: Option = {
  value: "time",
  help: "when it ends: 2026-12-04, 2026-12-04T18:00Z, or a duration such as 7d",
};
const reasonOption: Option = { value: "text", help: "why, for the audit log", isRequired: true };
export const revisionOption: Option = {
  value: "number",
  help: "change it only while it has this revision; without it, whatever is there",
};
export const idempotencyOption: Option = {
  value: "text",
  help: "a name for this create: sent again within 24 hours it makes nothing new",
};

export function createEntryCommands({
  kind,
  noun,
  id,
  columns,
  deletion = { word: "delete", summary: `deletes one ${noun}` },
}: EntryGroup): readonly Command[] {
  return [
    {
      name: `${kind} list`,
      summary: `lists every ${noun}, oldest first`,
      options: { limit: limitOption },
      examples: [`${kind} list`, `${kind} list --json --limit 10`],
      run: async (given, { api }) => {
        const items = await api().list(`/${kind}`, given.integer("limit", AT_LEAST_ONE) ?? ITEMS_MAX);
        return { json: { items }, text: () => toTable(columns, items) };
      },
    },
    {
      name: `${kind} show`,
      summary: `shows one ${noun}`,
      arguments: [{ name: "id" }],
      examples: [`${kind} show ${id}`],
      run: async (given, { api }) => {
        const path = toPath(kind, given);
        return toShown((await api().ask("GET", path)).body);
      },
    },
    {
      name: `${kind} ${deletion.word}`,
      summary: deletion.summary,
      arguments: [{ name: "id" }],
      options: { revision: revisionOption },
      examples: [`${kind} ${deletion.word} ${id}`],
      run: async (given, { api }) => {
        const [path, asked] = [toPath(kind, given), api()];
        await asked.ask("DELETE", path, { ifMatch: await readTag(asked, path, given) });
        const deleted = given.argument(0);
        return {
          json: { deleted },
          text: () => `${deletion.word === "revoke" ? "Revoked" : "Deleted"} ${deleted}`,
        };
      },
    },
  ];
}

export const forceOption: Option = { help: "also what can have no effect yet: for what will exist later" };

/** What every create but a key's may say beside its own. */
export const createOptions: Readonly<Record<string, Option>> = {
  until: untilOption,
  reason: reasonOption,
  force: forceOption,
  "idempotency-key": idempotencyOption,
};

/** Creates an entry of its own members and what `createOptions` say. */
export async function createEntry(
  kind: EntryKind,
  { api, nowMs }: Context,
  { given, body, named }: Created,
): Promise<Said> {
  const said = toSaid(given, nowMs());
  return toCreated(await create(api, kind, { given, body: { ...body, ...said }, named }));
}

/** What `createOptions` say. */
export const toSaid = (given: Given, nowMs: number): Item => ({
  expiresAtMs: given.timeMs("until", nowMs),
  reason: given.text("reason"),
});

interface Created {
  readonly given: Given;
  readonly body: Item;
  /** What is told of arguments by their names: { value: "<value>" }. */
  readonly named: Readonly<Record<string, string>>;
}

export async function create(api: () => Api, kind: EntryKind, created: Created): Promise<Answer> {
  const { body, idempotencyKey } = judgeEntry(kind, created);
  return api().ask("POST", `/${kind}`, { body, idempotencyKey });
}

/** What is sent, once it is found right. */
export function judgeEntry(
  kind: EntryKind,
  { given, body, named }: Created,
): { readonly body: Item; readonly idempotencyKey: string } {
  // Without a name of the caller's, one for this call: it may be sent again when its answer is lost.
  const idempotencyKey = given.text("idempotency-key") ?? randomUUID();
  if (!/^[\x20-\x7e]{1,255}$/.test(idempotencyKey))
    throw toUsageFailure("--idempotency-key must be 1 to 255 printable ASCII characters");
  const asked = { ...body, ...toForce(given) };
  judge(entryKinds[kind].body, asked, named);
  return { body: asked, idempotencyKey };
}

/** Of a body that may be forced. */
export function toForce(given: Given): { readonly force?: true } {
  return given.has("force") ? { force: true } : {};
}

/** What `update` may say of every entry that ends. */
export const changeOptions: Readonly<Record<string, Option>> = {
  until: untilOption,
  "no-until": { help: "without an end" },
  force: forceOption,
  revision: revisionOption,
};

/** Changes what was seen: members that are undefined stay, and null removes one. */
export async function changeEntry(
  kind: EntryKind,
  { api, nowMs }: Context,
  { given, change }: { readonly given: Given; readonly change: Item },
): Promise<Said> {
  const expiresAtMs = given.has("no-until") ? null : given.timeMs("until", nowMs());
  const body = { ...change, expiresAtMs };
  if (Object.values(body).every((value) => value === undefined))
    throw toUsageFailure(`Nothing to change: headgate ${kind} update --help says what there is`);
  judgeChange(kind, body);
  const [path, asked] = [toPath(kind, given), api()];
  const ifMatch = await readTag(asked, path, given);
  return toShown((await asked.ask("PATCH", path, { body: { ...body, ...toForce(given) }, ifMatch })).body);
}

/** `columns` of what was created. */
function toCreated({ status, body }: Answer): Said {
  const isRepeat = status === 200;
  const text = (): string => `${isRepeat ? "It was there already" : "Created"}\n${toEntryText(body)}`;
  return { json: body, text };
}

export function toShown(body: unknown): Said {
  return { json: body, text: () => toEntryText(body) };
}

/** An entry, and what was said in vain in what it was made of. */
function toEntryText(body: unknown): string {
  const { warnings, ...entry } = toItem(body);
  return toLines(toReadable(entry)) + toWarningText(warnings);
}

/** "" where there are none. */
export function toWarningText(warnings: unknown): string {
  const lines = toProblemLines(toItems(warnings));
  return lines.length === 0 ? "" : `\n\nIt was taken, and has no effect yet:\n${lines.join("\n")}`;
}

export function toPath(kind: string, given: Given): string {
  const id = given.argument(0);
  if (/^[a-z]\d{1,15}$/.test(id)) return `/${kind}/${id}`;
  throw toUsageFailure(`${JSON.stringify(id)} is no id: headgate ${kind} list shows them`);
}

/** The tag of --revision, or of what is there now. */
export async function readTag(api: Api, path: string, given: Given): Promise<string> {
  const revision = given.integer("revision");
  if (revision !== undefined) return `"${revision}"`;
  const { etag } = await api.ask("GET", path);
  if (etag !== undefined) return etag;
  throw new CommandFailure("refused", `${path} was answered without an ETag`);
}
