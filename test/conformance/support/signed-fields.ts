// The fields by which senders of webhooks sign what they send.

import { createHmac } from "node:crypto";
import type { Fields } from "./fields.ts";

type Body = Buffer | string;

/** Meta's and GitHub's. */
export function signAsHub(body: Body, secret: string): Fields {
  return [["X-Hub-Signature-256", `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`]];
}

export function signAsSlack(body: Body, secret: string): Fields {
  const time = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac("sha256", secret).update(`v0:${time}:`).update(body).digest("hex");
  return [
    ["X-Slack-Request-Timestamp", time],
    ["X-Slack-Signature", `v0=${signature}`],
  ];
}
