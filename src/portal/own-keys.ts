// A consumer's own API keys: it sees what of them may be shown, makes more, rotates and revokes. The control object decides
// by what the shown key is at that moment, so nothing that is known here gives anybody anything.

import * as v from "valibot";
import type {
  OwnEntries,
  OwnKeyAsked,
  OwnKeyChanged,
  OwnKeyFailure,
} from "../core/control/control-messages.ts";
import { createApiKeySecret } from "../core/control/api-key-secret.ts";
import { grants, type KeyEntry, textUpTo, timeMs } from "../core/control/entries.ts";
import type { ShownKey } from "../core/portal/portal-answer.ts";
import { object } from "../core/schema/parse-with.ts";
import { durationBetween } from "../core/schema/primitives.ts";
import { askControl } from "../admin/ask-control.ts";
import { toJson } from "../admin/problem.ts";
import { hashText } from "../platform/hash-text.ts";
import { definePortalOperation, type PortalCall, type PortalOperation } from "./operation.ts";

const LABEL_LENGTH_MAX = 64;

const createBody = object({
  label: v.optional(textUpTo(LABEL_LENGTH_MAX)),
  scopes: v.optional(grants.scopes.wrapped),
  expiresAtMs: v.optional(timeMs),
});
const rotateBody = object({ overlap: v.optional(durationBetween("1ms", "30d"), "24h") });

export const keyOperations: readonly PortalOperation[] = [
  definePortalOperation({
    method: "GET",
    path: /^\/keys$/,
    handle: async (call) => {
      const { keys } = await askControl<OwnEntries>(call.bindings, async (control) =>
        control.listOwn(call.consumer.identity.consumer),
      );
      const { portal } = call.context.gateway.config;
      return toJson(200, { keysMax: portal?.keysMax, items: keys.map((key) => toShown(key, call)) });
    },
  }),
  definePortalOperation({
    method: "POST",
    path: /^\/keys$/,
    body: createBody,
    handle: async (call) => {
      const { label, scopes, expiresAtMs } = call.body;
      const { text, secret } = createSecret(call);
      return change(call, { kind: "create", secret, label, scopes, expiresAtMs }, (key) =>
        toJson(201, { ...toShown(key, call), key: text }),
      );
    },
  }),
  definePortalOperation({
    method: "POST",
    path: /^\/keys\/(k\d{1,15})\/rotate$/,
    body: rotateBody,
    handle: async (call) => {
      const { text, secret } = createSecret(call);
      const asked = { kind: "rotate", id: call.id, secret, overlapMs: call.body.overlap } as const;
      return change(call, asked, (key) => toJson(200, { ...toShown(key, call), key: text }));
    },
  }),
  definePortalOperation({
    method: "DELETE",
    path: /^\/keys\/(k\d{1,15})$/,
    handle: async (call) =>
      change(call, { kind: "revoke", id: call.id }, () => new Response(null, { status: 204 })),
  }),
];

/** Nothing that an operator has written about it beside its label. */
function toShown(
  { id, createdAtMs, prefixes, tier, scopes, enabled, expiresAtMs, metadata }: KeyEntry,
  { consumer }: PortalCall<unknown>,
): ShownKey {
  const { label } = metadata;
  const isShown = id === consumer.identity.apiKey;
  return { id, label, prefixes, tier, scopes, enabled, createdAtMs, expiresAtMs, isShown };
}

function createSecret({ context }: PortalCall<unknown>): {
  readonly text: string;
  readonly secret: { readonly hash: string; readonly prefix: string };
} {
  const word = context.gateway.config.auth.apiKeys.prefix;
  const { text, prefix } = createApiKeySecret(word, (count) => crypto.getRandomValues(new Uint8Array(count)));
  return { text, secret: { hash: hashText(text), prefix } };
}

async function change(
  { consumer, context, bindings, by, refuse }: PortalCall<unknown>,
  asked: OwnKeyAsked,
  toResponse: (key: KeyEntry) => Response,
): Promise<Response> {
  const { identity, facts } = consumer;
  const keysMax = context.gateway.config.portal?.keysMax ?? 0;
  // A token's tier and scopes are its issuer's to give, for as long as it says.
  if (identity.apiKey === undefined) return refuse(403, "api-key-needed");
  if (keysMax === 0) return refuse(403, "keys-off");
  const shown = (facts.caller?.fingerprint ?? "").replace("sha256:", "");
  const changed = await askControl<OwnKeyChanged>(bindings, async (control) =>
    control.changeOwnKey({ consumer: identity.consumer, shown, keysMax, asked }, by),
  );
  return changed.ok ? toResponse(changed.value) : refuse(...REFUSALS[changed.error]);
}

const REFUSALS: Readonly<Record<OwnKeyFailure, Parameters<PortalCall<unknown>["refuse"]>>> = {
  ended: [401, "key-ended"],
  "not-found": [404, "not-found"],
  "not-covered": [403, "not-covered"],
  full: [409, "full"],
  last: [409, "last-key"],
  "too-often": [429, "too-many-changes"],
};
