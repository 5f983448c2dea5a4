// The fields by which a receiver knows that an event is the gateway's, made anew for each try: receivers take no time that
// is long past. Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks

import { standardWebhook } from "../core/webhooks/profiles/standard.ts";
import type { Delivery } from "./webhook-rows.ts";

const ALGORITHM = { name: "HMAC", hash: "SHA-256" };

/** Nothing where it goes on as it came. Throws where the secret is not set: it is tried again, for an operator sets it. */
export async function signDelivery(
  { id, body, signedBy }: Pick<Delivery, "id" | "body" | "signedBy">,
  secrets: Readonly<Record<string, unknown>>,
): Promise<readonly [name: string, value: string][]> {
  if (signedBy === undefined) return [];
  const secret = secrets[signedBy];
  const bytes = typeof secret === "string" ? standardWebhook.toKey?.(secret) : undefined;
  if (bytes === undefined || bytes.length === 0) throw new Error(`no usable secret ${signedBy}`);
  const key = await crypto.subtle.importKey("raw", bytes, ALGORITHM, false, ["sign"]);
  const time = Math.floor(Date.now() / 1_000);
  const before = new TextEncoder().encode(`${id}.${time}.`);
  const signed = new Uint8Array(before.length + body.byteLength);
  signed.set(before);
  signed.set(new Uint8Array(body), before.length);
  const signature = new Uint8Array(await crypto.subtle.sign(ALGORITHM.name, key, signed)).toBase64();
  return [
    ["webhook-timestamp", String(time)],
    ["webhook-signature", `v1,${signature}`],
  ];
}
