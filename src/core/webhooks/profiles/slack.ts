// Slack's requests: `X-Slack-Signature: v0=<hex>` over version, time and body
// (docs.slack.dev/authentication/verifying-requests-from-slack). The first one asks for its challenge back.

import { fromHex, member, readSeconds, type WebhookProfile } from "../webhook-profile.ts";

const PREFIX = "v0=";

export const slackWebhook: WebhookProfile = {
  readClaim: ({ field }) => {
    const text = field("x-slack-signature") ?? "";
    const time = field("x-slack-request-timestamp");
    const signatures = text.startsWith(PREFIX) ? fromHex([text.slice(PREFIX.length)]) : [];
    const atMs = readSeconds(time);
    return atMs === undefined || signatures.length === 0
      ? undefined
      : { before: `v0:${time}:`, signatures, atMs };
  },
  readId: (_, body) => member(body, "event_id"),
  readChallenge: (body) =>
    member(body, "type") === "url_verification" ? member(body, "challenge") : undefined,
  fields: ["x-slack-"],
};
