// Judges what was typed by the schemas that the admin API reads it by, before anything is sent: a mistake is told in terms of
// the command line, and no gateway is asked for it.

import type * as v from "valibot";
import { type EntryKind, entryKinds } from "../../core/control/entries.ts";
import type { Problem } from "../../core/result.ts";
import { parseWith } from "../../core/schema/parse-with.ts";
import { toUsageFailure } from "./exit-codes.ts";
import { toSafeText } from "./print-safely.ts";
import type { Item } from "./table.ts";

/** What a member of a body is called on the command line, where that is not its own name: "<value>", "--until". */
type Names = Readonly<Record<string, string>>;

const OPTIONS: Names = { expiresAtMs: "--until", scopes: "--scope", apiKey: "--key", headers: "--header" };

/** Throws a usage failure with every problem. */
export function judge(schema: v.GenericSchema, body: Item, names: Names = {}): void {
  const parsed = parseWith(schema, body);
  if (!parsed.ok) refuse(parsed.error, names);
}

/** The same of a change: members that are undefined stay, and null removes one. */
export function judgeChange(kind: EntryKind, change: Item): void {
  const given = Object.entries(change).filter(([, value]) => value !== undefined && value !== null);
  const parsed = parseWith(entryKinds[kind].body as v.GenericSchema, Object.fromEntries(given));
  const names = new Set(given.map(([name]) => name));
  const wrong = parsed.ok ? [] : parsed.error.filter(({ path }) => names.has(toMember(path)));
  if (wrong.length > 0) refuse(wrong, {});
}

const toMember = (path: string): string => path.split(".", 1)[0] ?? "";

function refuse(problems: readonly Problem[], names: Names): never {
  const lines = problems.map(({ path, message }) => {
    const member = toMember(path);
    if (member === "") return `It ${toSafeText(message.replace(/, received an object$/, ""))}`;
    const option = member.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return `${names[member] ?? OPTIONS[member] ?? `--${option}`} ${toSafeText(message)}`;
  });
  throw toUsageFailure([...new Set(lines)].join("\n"));
}
