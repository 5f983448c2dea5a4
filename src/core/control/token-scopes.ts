// What a named token of the admin API opens. Each operation of the API says which of these opens it (admin/operations.ts).

export const tokenScopes = ["read", "keys", "limits", "config", "purge"] as const;

export type TokenScope = (typeof tokenScopes)[number];

/** A token as the admin API sees it; its text is nowhere. */
export interface TokenRecord {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly TokenScope[];
}
