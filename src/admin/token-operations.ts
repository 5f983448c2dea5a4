// Named tokens of this API: create, the one operation that makes their text. It is in its answer and nowhere else. Only
// ADMIN_TOKEN makes, changes and revokes them, so that no token can give more than it has.

import { createApiKeySecret } from "../core/control/api-key-secret.ts";
import { tokenBody } from "../core/control/entries.ts";
import { hashText } from "../platform/hash-text.ts";
import { acceptEntry } from "./accept-entry.ts";
import { toChangedResponse } from "./ask-control.ts";
import { createEntry, toCreatedResponse } from "./entry-operations.ts";
import { toSecretSchema } from "./json-schemas.ts";
import { defineOperation, type Operation } from "./operation.ts";

/** Tells them from API keys, to people and to who looks for secrets in what is published. */
const TOKEN_HEAD = "hgt";
/** What is written otherwise is looked up nowhere. */
export const TOKEN_TEXT = /^hgt_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}$/;

export const tokenOperations: readonly Operation[] = [
  defineOperation({
    name: "tokens.create",
    method: "POST",
    path: "/tokens",
    summary: "Creates a named token of this API: `token` is its text, shown this once",
    body: tokenBody,
    takesIdempotencyKey: true,
    status: 201,
    answer: () => toSecretSchema("tokens", "token"),
    handle: async (call) => {
      const accepted = await acceptEntry("tokens", call.body, call.controls);
      if (!accepted.ok) return accepted.error;
      const { text, prefix } = createApiKeySecret(TOKEN_HEAD, (count) =>
        crypto.getRandomValues(new Uint8Array(count)),
      );
      const secret = { hash: hashText(text), prefix };
      const changed = await createEntry({ kind: "tokens", body: accepted.value.body, secret }, call);
      return toChangedResponse(changed, (created) =>
        toCreatedResponse("tokens", created, call.controls.prefix, created.isRepeat ? {} : { token: text }),
      );
    },
  }),
];
