// Whether a webhook is its sender's: its signature over the raw bytes, by WebCrypto, which compares in constant time, and
// within a time window where the sender says when it signed.

import type { WebhookSettings } from "../../core/webhooks/webhook-settings.ts";
import { webhookProfiles } from "../../core/webhooks/profiles/registry.ts";
import type { WebhookProfile, WebhookRequest } from "../../core/webhooks/webhook-profile.ts";

const ALGORITHM = { name: "HMAC", hash: "SHA-256" };

/** "unset": there is no secret to verify it by. */
export type Verified = "right" | "unset" | { readonly cause: string };

type Secrets = Readonly<Record<string, unknown>>;

interface Given {
  readonly body: Uint8Array;
  readonly secrets: Secrets;
  readonly nowMs: number;
}

export async function verifyWebhook(
  settings: WebhookSettings,
  request: WebhookRequest,
  { body, secrets, nowMs }: Given,
): Promise<Verified> {
  const profile: WebhookProfile = webhookProfiles[settings.profile];
  const keys = [settings.secret, settings.next].flatMap(
    (name) => toKey(profile, readSecret(name, secrets)) ?? [],
  );
  if (keys.length === 0) return "unset";
  const claim = profile.readClaim(request);
  if (claim === undefined) return { cause: "no signature" };
  if (claim.atMs !== undefined && Math.abs(nowMs - claim.atMs) > settings.tolerance)
    return { cause: "signed too long ago, or too far ahead" };
  const signed = concatenate(new TextEncoder().encode(claim.before), body);
  for (const bytes of keys) {
    const key = await crypto.subtle.importKey("raw", bytes, ALGORITHM, false, ["verify"]);
    for (const signature of claim.signatures)
      if (await crypto.subtle.verify("HMAC", key, signature, signed)) return "right";
  }
  return { cause: "a signature that is not right" };
}

/** Whether a text is a secret's, in constant time: by digests of equal length. */
export async function isSecretText(
  given: string,
  name: string,
  secrets: Secrets,
): Promise<boolean | undefined> {
  const secret = readSecret(name, secrets);
  if (secret === undefined) return undefined;
  const [one, other] = await Promise.all(
    [given, secret].map((text) => digest(new TextEncoder().encode(text))),
  );
  return one !== undefined && other !== undefined && crypto.subtle.timingSafeEqual(one, other);
}

/** The name of an event that has none. */
export async function toDigest(bytes: Uint8Array): Promise<string> {
  return `sha256:${new Uint8Array(await digest(bytes)).toHex()}`;
}

function digest(bytes: Uint8Array): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", bytes);
}

/** An empty one verifies what anybody signs with nothing. */
function readSecret(name: string | undefined, secrets: Secrets): string | undefined {
  const text = name === undefined ? undefined : secrets[name];
  return typeof text === "string" && text !== "" ? text : undefined;
}

function toKey(profile: WebhookProfile, secret: string | undefined): Uint8Array | undefined {
  if (secret === undefined) return undefined;
  const bytes = profile.toKey === undefined ? new TextEncoder().encode(secret) : profile.toKey(secret);
  return bytes === undefined || bytes.length === 0 ? undefined : bytes;
}

function concatenate(before: Uint8Array, body: Uint8Array): Uint8Array {
  const whole = new Uint8Array(before.length + body.length);
  whole.set(before);
  whole.set(body, before.length);
  return whole;
}
