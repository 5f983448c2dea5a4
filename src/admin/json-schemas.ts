// JSON Schema of what the admin API takes and answers, made of the schemas that parse it, when the document is asked for.

import { type EntryKind, entryKinds, hasSecret } from "../core/control/entries.ts";
import { tokenScopes } from "../core/control/token-scopes.ts";
import { type JsonSchema, toSchema } from "./to-schema.ts";

export const text: JsonSchema = { type: "string" };
export const integer: JsonSchema = { type: "integer" };
/** Epoch milliseconds. */
const timeMs: JsonSchema = { type: "integer", description: "Epoch milliseconds" };
export const yesOrNo: JsonSchema = { type: "boolean" };

export function toObjectSchema(
  properties: Readonly<Record<string, JsonSchema>>,
  optional: readonly string[] = [],
): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, required };
}

export function toListSchema(items: JsonSchema): JsonSchema {
  return { type: "array", items };
}

const problem = toObjectSchema({ path: text, code: text, message: text });
/** What was taken although it can have no effect. */
const warnings = toListSchema(problem);

/** All of them at once. */
export function toItemsSchema(items: JsonSchema): JsonSchema {
  return toObjectSchema({ items: toListSchema(items) });
}

export function toPageSchema(items: JsonSchema): JsonSchema {
  const next = { type: "integer", description: "The cursor of the next page; absent on the last" };
  return toObjectSchema({ items: toListSchema(items), next }, ["next"]);
}

/** The body with what every entry has besides. */
export function toEntrySchema(kind: EntryKind): JsonSchema {
  const body = toSchema(entryKinds[kind].body) as {
    readonly properties: Readonly<Record<string, JsonSchema>>;
    readonly required: readonly string[];
  };
  const { force: _force, ...stored } = body.properties;
  const prefixes = toListSchema(toObjectSchema({ prefix: text, expiresAtMs: timeMs }, ["expiresAtMs"]));
  const head = { id: text, revision: integer, createdAtMs: timeMs, ...(hasSecret(kind) ? { prefixes } : {}) };
  return {
    type: "object",
    properties: { ...head, ...stored, warnings },
    required: [...Object.keys(head), ...body.required],
  };
}

/** Of the answer that has the text of a secret, as the member of this name. */
export function toSecretSchema(kind: EntryKind, member: string): JsonSchema {
  const entry = toEntrySchema(kind) as { readonly properties: Readonly<Record<string, JsonSchema>> };
  const secret = { type: "string", description: "The text; absent where a create is repeated" };
  return { ...entry, properties: { ...entry.properties, [member]: secret } };
}

const versionEntries = { version: integer, createdAtMs: timeMs, who: text, reason: text };
export const configHistoryAnswer = (): JsonSchema =>
  toObjectSchema({ ...versionEntries, isActive: yesOrNo }, ["reason"]);
export const configAnswer = (): JsonSchema =>
  toObjectSchema({ ...versionEntries, isFile: yesOrNo, config: { type: "object" }, warnings }, [
    "reason",
    "warnings",
  ]);

const changesAnswer = (): JsonSchema =>
  toListSchema(toObjectSchema({ path: text, before: {}, after: {} }, ["before", "after"]));

export const activeConfigAnswer = (): JsonSchema => {
  const isSuperseded = {
    type: "boolean",
    description: "A deploy with another file ended the newest version",
  };
  const changes = { ...changesAnswer(), description: "What the newest version changes of the deployed file" };
  return toObjectSchema(
    { ...versionEntries, isFile: yesOrNo, isSuperseded, changes, config: { type: "object" } },
    ["reason"],
  );
};

export const configCheckAnswer = (): JsonSchema =>
  toObjectSchema({
    isValid: yesOrNo,
    problems: toListSchema(problem),
    warnings: toListSchema(problem),
    changes: changesAnswer(),
  });

export const problemAnswer = (): JsonSchema =>
  toObjectSchema(
    {
      type: text,
      title: text,
      status: integer,
      code: text,
      problems: toListSchema(problem),
      requestId: { type: "string", description: "Names the request in the gateway's log" },
    },
    ["problems"],
  );

export const auditAnswer = (): JsonSchema =>
  toObjectSchema(
    {
      id: integer,
      atMs: timeMs,
      who: text,
      address: text,
      action: text,
      target: text,
      before: {},
      after: {},
    },
    ["address", "before", "after"],
  );

export const healthAnswer = (): JsonSchema =>
  toObjectSchema(
    {
      status: text,
      scopes: toListSchema({ enum: tokenScopes }),
      log: toListSchema(toObjectSchema({ sink: text, taken: integer, waiting: integer, dropped: integer })),
    },
    ["log"],
  );
export const purgeAnswer = (): JsonSchema => toObjectSchema({ purged: integer, warnings }, ["warnings"]);
