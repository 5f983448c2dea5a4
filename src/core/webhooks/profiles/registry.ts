// The one list of senders. The configuration reads it; a sender is a file and a line here.

import type { WebhookProfile } from "../webhook-profile.ts";
import { facebook, github } from "./hub-signature.ts";
import { slackWebhook } from "./slack.ts";
import { standardWebhook } from "./standard.ts";
import { stripeWebhook } from "./stripe.ts";

export const webhookProfiles = {
  facebook,
  github,
  stripe: stripeWebhook,
  slack: slackWebhook,
  standard: standardWebhook,
} satisfies Readonly<Record<string, WebhookProfile>>;

export type WebhookProfileName = keyof typeof webhookProfiles;
