// Stripe's webhooks: `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex>]` over time and body, with the whole "whsec_..." as
// key (docs.stripe.com/webhooks/signature).

import { fromHex, member, readSeconds, type WebhookProfile } from "../webhook-profile.ts";

const PAIRS_MAX = 16;

export const stripeWebhook: WebhookProfile = {
  readClaim: ({ field }) => {
    const pairs = (field("stripe-signature") ?? "")
      .split(",", PAIRS_MAX)
      .map((pair) => pair.trim().split("=", 2));
    const [, time = ""] = pairs.find(([name]) => name === "t") ?? [];
    const signatures = fromHex(pairs.flatMap(([name, value = ""]) => (name === "v1" ? [value] : [])));
    const atMs = readSeconds(time);
    return atMs === undefined || signatures.length === 0
      ? undefined
      : { before: `${time}.`, signatures, atMs };
  },
  readId: (_, body) => member(body, "id"),
  fields: ["stripe-"],
};
