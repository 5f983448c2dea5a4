import { isObject } from "../schema/parse-with.ts";

/** An accepted API key as gateways see it; the secret itself is nowhere. */
export interface KeyRecord {
  readonly id: string;
  readonly consumer: string;
  readonly tier: string | undefined;
  readonly scopes: readonly string[];
  readonly expiresAtMs: number | undefined;
  readonly enabled: boolean;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A record that was written as JSON; undefined where the text is none. */
export function parseKeyRecord(text: string): KeyRecord | undefined {
  try {
    const record: unknown = JSON.parse(text);
    return isKeyRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function isKeyRecord(value: unknown): value is KeyRecord {
  if (!isObject(value)) return false;
  const { id, consumer, tier, scopes, expiresAtMs, enabled, metadata } = value;
  return (
    typeof id === "string" &&
    typeof consumer === "string" &&
    (tier === undefined || typeof tier === "string") &&
    Array.isArray(scopes) &&
    scopes.every((scope) => typeof scope === "string") &&
    (expiresAtMs === undefined || typeof expiresAtMs === "number") &&
    typeof enabled === "boolean" &&
    isObject(metadata)
  );
}
