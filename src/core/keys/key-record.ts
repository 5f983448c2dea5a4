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
