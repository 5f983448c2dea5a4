// Standard Webhooks (and Svix): `webhook-signature: v1,<base64> ...` over id, time and body, with the base64 after "whsec_" as
// key. Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

import { fromBase64, readSeconds, type WebhookProfile } from "../webhook-profile.ts";

const VERSION = "v1,";
const SECRET_PREFIX = "whsec_";

export const standardWebhook: WebhookProfile = {
  readClaim: ({ field }) => {
    const read = (name: string): string | undefined => field(`webhook-${name}`) ?? field(`svix-${name}`);
    const [id, time] = [read("id"), read("timestamp")];
    const texts = (read("signature") ?? "").split(" ").filter((text) => text.startsWith(VERSION));
    const signatures = fromBase64(texts.map((text) => text.slice(VERSION.length)));
    const atMs = readSeconds(time);
    if (id === undefined || atMs === undefined || signatures.length === 0) return undefined;
    return { before: `${id}.${time}.`, signatures, atMs };
  },
  readId: ({ field }) => field("webhook-id") ?? field("svix-id"),
  toKey: (secret) => {
    const text = secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret;
    try {
      return Uint8Array.fromBase64(text);
    } catch {
      return undefined;
    }
  },
  fields: ["webhook-", "svix-"],
};
