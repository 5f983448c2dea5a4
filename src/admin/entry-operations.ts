// The operations that all entries have: list, show, create, change, delete. One set for each kind.

import * as v from "valibot";
import { isObject, parseWith } from "../core/schema/parse-with.ts";
import {
  type AskedBody,
  type Entry,
  type EntryKind,
  entryKinds,
  type SharedKind,
} from "../core/control/entries.ts";
import { mergePatch } from "../core/control/merge-patch.ts";
import type { Changed, Created, Creation, Page } from "../core/control/control-messages.ts";
import { acceptEntry, toWarnings } from "./accept-entry.ts";
import { ok, type Problem } from "../core/result.ts";
import { askControl, toChangedResponse } from "./ask-control.ts";
import { toEntrySchema, toPageSchema } from "./json-schemas.ts";
import { type Call, defineOperation, type Operation } from "./operation.ts";
import { pageQuery, toPage, toPageRequest } from "./page-query.ts";
import { toInvalidBody, toJson, toNotFound, toProblem } from "./problem.ts";

/** What one of a kind is called. */
const NOUNS: Readonly<Record<EntryKind, string>> = {
  keys: "API key",
  overrides: "override",
  bans: "ban",
  access: "access entry",
  tokens: "token of this API",
  requests: "request for a higher limit",
};

export function createEntryOperations(kind: EntryKind): readonly Operation[] {
  const noun = NOUNS[kind];
  const { body } = entryKinds[kind];
  const answer = (): object => toEntrySchema(kind);
  const common = { answer, path: `/${kind}/:id` } as const;
  const list = defineOperation({
    name: `${kind}.list`,
    method: "GET",
    path: `/${kind}`,
    summary: `Lists every ${noun}, oldest first`,
    query: pageQuery,
    answer: () => toPageSchema(toEntrySchema(kind)),
    handle: async ({ controls, query }) =>
      toPage(
        await askControl<Page<Entry>>(controls.bindings, async (control) =>
          control.listEntries(kind, toPageRequest(query)),
        ),
      ),
  });
  const show = defineOperation({
    ...common,
    name: `${kind}.show`,
    method: "GET",
    summary: `Shows one ${noun}`,
    handle: async (call) => {
      const entry = await readEntry(kind, call);
      return entry === undefined ? toNotFound(noun, call.params["id"] ?? "") : toEntryResponse(entry);
    },
  });
  const change = defineOperation({
    ...common,
    name: `${kind}.update`,
    method: "PATCH",
    summary: `Changes one ${noun} by a merge patch (RFC 7396): null removes a member`,
    body: v.custom<Readonly<Record<string, unknown>>>(isObject, "must be an object"),
    needsIfMatch: true,
    handle: async (call) => updateEntry(kind, call, body),
  });
  const remove = defineOperation({
    ...common,
    name: `${kind}.delete`,
    method: "DELETE",
    summary: `Deletes one ${noun}`,
    needsIfMatch: true,
    status: 204,
    answer: undefined,
    handle: async ({ controls, params, seen, by }) => {
      const asked = { kind, id: params["id"] ?? "", seen };
      const changed = await askControl<Changed<Entry>>(controls.bindings, async (control) =>
        control.deleteEntry(asked, by),
      );
      await controls.learn();
      return toChangedResponse(changed, () => new Response(null, { status: 204, headers: NO_STORE }));
    },
  });
  return [list, show, change, remove];
}

const NO_STORE = { "Cache-Control": "no-store" };

/** Keys and tokens have one of their own, which makes the secret. */
export function createEntryCreation(kind: SharedKind): Operation {
  const body: v.GenericSchema<unknown, AskedBody> = entryKinds[kind].body;
  return defineOperation({
    name: `${kind}.create`,
    method: "POST",
    path: `/${kind}`,
    summary: `Creates an entry: ${NOUNS[kind]}`,
    body,
    takesIdempotencyKey: true,
    status: 201,
    answer: () => toEntrySchema(kind),
    handle: async (call) => {
      const { controls } = call;
      const accepted = await acceptEntry(kind, call.body as AskedBody<typeof kind>, controls);
      if (!accepted.ok) return accepted.error;
      const { body: stored, warnings } = accepted.value;
      const changed = await createEntry({ kind, body: stored }, call);
      await controls.learn();
      return toChangedResponse(changed, (created) =>
        toCreatedResponse(kind, created, controls.prefix, toWarnings(warnings)),
      );
    },
  });
}

export async function createEntry(
  creation: Omit<Creation, "repeatable">,
  { controls, by, idempotencyKey, digest }: Call<unknown, unknown>,
): Promise<Changed<Created>> {
  const repeatable =
    idempotencyKey === undefined
      ? undefined
      : { name: `${by.who} ${creation.kind} ${idempotencyKey}`, digest: await digest() };
  return askControl<Changed<Created>>(controls.bindings, async (control) =>
    control.createEntry({ ...creation, repeatable }, by),
  );
}

/** 201 with its place; 200 where the same request came before. */
export function toCreatedResponse(
  kind: EntryKind,
  { entry, isRepeat }: Created,
  prefix: string,
  members: Readonly<Record<string, unknown>> = {},
): Response {
  const fields = { ETag: `"${entry.revision}"`, Location: `${prefix}/${kind}/${entry.id}` };
  return toJson(isRepeat ? 200 : 201, { ...entry, ...members }, fields);
}

export function toEntryResponse(entry: Entry, warnings: readonly Problem[] = []): Response {
  return toJson(200, { ...entry, ...toWarnings(warnings) }, { ETag: `"${entry.revision}"` });
}

export async function readEntry(
  kind: EntryKind,
  { controls, params }: Pick<Call<unknown, unknown>, "controls" | "params">,
): Promise<Entry | undefined> {
  return askControl<Entry | undefined>(controls.bindings, async (control) =>
    control.readEntry(kind, params["id"] ?? ""),
  );
}

/** Merged with what is there, parsed as if it were new, and put only where nothing has changed meanwhile. */
async function updateEntry(
  kind: EntryKind,
  call: Call<Readonly<Record<string, unknown>>, undefined>,
  schema: v.GenericSchema<unknown, AskedBody>,
): Promise<Response> {
  const { controls, params, seen, by } = call;
  const entry = await readEntry(kind, call);
  if (entry === undefined) return toNotFound(NOUNS[kind], params["id"] ?? "");
  if (seen !== undefined && seen !== entry.revision) return toProblem(412, "stale");
  const { id: _id, revision, createdAtMs: _createdAtMs, ...known } = entry;
  const { prefixes: _prefixes, ...body } = { prefixes: undefined, ...known };
  const parsed = parseWith(schema, mergePatch(body, call.body));
  if (!parsed.ok) return toInvalidBody(parsed.error);
  const accepted = await acceptChange(kind, parsed.value, call);
  if (!accepted.ok) return accepted.error;
  const asked = { kind, id: params["id"] ?? "", seen: revision };
  const changed = await askControl<Changed<Entry>>(controls.bindings, async (control) =>
    control.replaceEntry(asked, accepted.value.body, by),
  );
  await controls.learn();
  return toChangedResponse(changed, (made) => toEntryResponse(made, accepted.value.warnings));
}

/** Members that decide whom an entry is for, or what it changes: a change of others finds nothing that was not known. */
const ENDS = new Set(["reason", "expiresAtMs", "enabled", "metadata"]);

/** An entry that is there already may also be ended at once, and told apart, when the configuration has moved on. */
async function acceptChange(
  kind: EntryKind,
  asked: AskedBody,
  { controls, body: patch }: Pick<Call<Readonly<Record<string, unknown>>, undefined>, "controls" | "body">,
): Promise<ReturnType<typeof acceptEntry>> {
  const { force: _force, ...stored } = asked as AskedBody & { readonly force?: true };
  if (Object.keys(patch).every((name) => ENDS.has(name))) return ok({ body: stored, warnings: [] });
  return acceptEntry(kind, asked, controls);
}
