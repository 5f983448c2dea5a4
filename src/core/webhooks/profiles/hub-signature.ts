// Meta's and GitHub's webhooks: `X-Hub-Signature-256: sha256=<hex>` over the body alone. Neither says when it was signed.

import { fromHex, type WebhookProfile } from "../webhook-profile.ts";

const FIELD = "x-hub-signature-256";
const PREFIX = "sha256=";

const readClaim: WebhookProfile["readClaim"] = ({ field }) => {
  const text = field(FIELD) ?? "";
  const signatures = text.startsWith(PREFIX) ? fromHex([text.slice(PREFIX.length)]) : [];
  return signatures.length === 0 ? undefined : { before: "", signatures, atMs: undefined };
};

/** It names no event: a batch of changes is its own name. Its first request is a GET (developers.facebook.com, Webhooks). */
export const facebook: WebhookProfile = {
  readClaim,
  readId: () => undefined,
  fields: ["x-hub-"],
  asksByGet: true,
};

/** The delivery's id is in no signature (docs.github.com, "Validating webhook deliveries"). */
export const github: WebhookProfile = {
  readClaim,
  readId: ({ field }) => field("x-github-delivery"),
  fields: ["x-hub-", "x-github-"],
};
