// API keys: create and rotate, the two operations that make a secret. It is in their answer and nowhere else.

import * as v from "valibot";
import { duration } from "../core/schema/primitives.ts";
import { object } from "../core/schema/parse-with.ts";
import { consumerName, type Entry, keyBody, keyName } from "../core/control/entries.ts";
import { createApiKeySecret } from "../core/control/api-key-secret.ts";
import type { Changed, HashedSecret } from "../core/control/control-messages.ts";
import { hashText } from "../platform/hash-text.ts";
import { acceptEntry, toWarnings } from "./accept-entry.ts";
import { askControl, toChangedResponse } from "./ask-control.ts";
import { createEntry, toCreatedResponse } from "./entry-operations.ts";
import { findKeys } from "./find-keys.ts";
import { importKeys } from "./import-keys.ts";
import { toEntrySchema, toItemsSchema, toSecretSchema } from "./json-schemas.ts";
import { type AdminControls, defineOperation, type Operation } from "./operation.ts";
import { toJson } from "./problem.ts";

const PREFIX_WANTED = "must be the visible beginning of an API key's text";

export const keyOperations: readonly Operation[] = [
  defineOperation({
    name: "keys.find",
    method: "GET",
    path: "/key-search",
    summary:
      "The first 100 API keys of a consumer, or with a prefix that begins so, or that a longer text begins with",
    query: v.pipe(
      object({ prefix: v.optional(keyName(PREFIX_WANTED)), consumer: v.optional(consumerName) }),
      v.check(
        ({ prefix, consumer }) => prefix !== undefined || consumer !== undefined,
        "must name a prefix or a consumer",
      ),
    ),
    answer: () => toItemsSchema(toEntrySchema("keys")),
    handle: async ({ controls, query }) => {
      const { items } = await findKeys(controls, query);
      return toJson(200, { items });
    },
  }),
  defineOperation({
    name: "keys.create",
    method: "POST",
    path: "/keys",
    summary: "Creates an API key: `key` is its text, shown this once",
    body: keyBody,
    takesIdempotencyKey: true,
    status: 201,
    answer: () => toSecretSchema("keys", "key"),
    handle: async (call) => {
      const accepted = await acceptEntry("keys", call.body, call.controls);
      if (!accepted.ok) return accepted.error;
      const { body, warnings } = accepted.value;
      const { text, secret } = createSecret(call.controls);
      const changed = await createEntry({ kind: "keys", body, secret }, call);
      // A repeated create answers with the key that is there: its text was shown then, and is stored nowhere.
      return toChangedResponse(changed, (created) =>
        toCreatedResponse("keys", created, call.controls.prefix, {
          ...(created.isRepeat ? {} : { key: text }),
          ...toWarnings(warnings),
        }),
      );
    },
  }),
  defineOperation({
    name: "keys.rotate",
    method: "POST",
    path: "/keys/:id/rotate",
    summary: "Gives a key a new secret, shown this once; the old one works for as long as `overlap` says",
    body: object({ overlap: v.optional(duration, "24h") }),
    needsIfMatch: true,
    answer: () => toSecretSchema("keys", "key"),
    handle: async ({ controls, params, body, seen, by }) => {
      const { text, secret } = createSecret(controls);
      const rotation = { id: params["id"] ?? "", seen, secret, overlapMs: body.overlap };
      const changed = await askControl<Changed<Entry>>(controls.bindings, async (control) =>
        control.rotateKey(rotation, by),
      );
      return toChangedResponse(changed, (entry) =>
        toJson(200, { ...entry, key: text }, { ETag: `"${entry.revision}"` }),
      );
    },
  }),
  importKeys,
];

function createSecret({ config }: Pick<AdminControls, "config">): {
  readonly text: string;
  readonly secret: HashedSecret;
} {
  const word = config().auth.apiKeys.prefix;
  const { text, prefix } = createApiKeySecret(word, (count) => crypto.getRandomValues(new Uint8Array(count)));
  return { text, secret: { hash: hashText(text), prefix } };
}
