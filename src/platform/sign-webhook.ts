// Signs a webhook's message as Standard Webhooks has it, so that libraries of that name verify it: HMAC-SHA256 over id,
// time and body. Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

const PREFIX = "whsec_";

export interface Signed {
  readonly id: string;
  readonly body: string;
  /** Epoch seconds of this try: receivers refuse old ones. */
  readonly atSeconds: number;
}

/** `secret` is base64, mostly with "whsec_" before it; what is no base64 is taken as it is. */
export async function signWebhook(
  { id, body, atSeconds }: Signed,
  secret: string,
): Promise<Readonly<Record<string, string>>> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", toKey(secret), algorithm, false, ["sign"]);
  const content = new TextEncoder().encode(`${id}.${atSeconds}.${body}`);
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, content)).toBase64();
  return { "webhook-id": id, "webhook-timestamp": String(atSeconds), "webhook-signature": `v1,${signature}` };
}

function toKey(secret: string): Uint8Array {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return new TextEncoder().encode(text);
  }
}
