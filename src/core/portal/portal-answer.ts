// What the portal answers: its handlers make it, and its page shows it.

/** A limit of the consumer's. */
export interface ShownLimit {
  readonly policy: string;
  readonly limit: number | "unlimited";
  readonly windowMs?: number | undefined;
  /** What it counts by. */
  readonly key: readonly string[];
  /** Only requests of these; undefined: of all. */
  readonly methods?: readonly string[] | undefined;
  readonly routes?: readonly string[] | undefined;
  /** undefined: each request says by what it is counted, or nothing counts it. */
  readonly used?: number | undefined;
  readonly remaining?: number | undefined;
  /** Until all of it is back. */
  readonly resetMs?: number | undefined;
  /** Where nothing is left: until a request that costs 1 is admitted. */
  readonly retryAfterMs?: number | undefined;
  /** The counter did not answer: what is left is not known. */
  readonly isUnknown?: true;
}

/** A limit that is going to change. */
export interface ShownChange {
  readonly policy: string;
  readonly limit: number | "unlimited";
  readonly fromMs: number;
  readonly note?: string | undefined;
}

/** A route that is going to end: it says so on its answers too (`Deprecation`, `Sunset`). */
export interface ShownRetirement {
  /** As the configuration writes it, with its methods. */
  readonly route: string;
  readonly deprecatedMs?: number | undefined;
  readonly sunsetMs?: number | undefined;
  readonly page?: string | undefined;
}

export interface ShownPeriod {
  /** What was taken from each policy. */
  readonly units: readonly { readonly policy: string; readonly units: number }[];
  /** Which policies refused requests. */
  readonly denials: readonly { readonly policy: string; readonly count: number }[];
  /** Why requests were refused or failed. */
  readonly reasons: readonly { readonly code: string; readonly count: number }[];
  /** Calls of language models. */
  readonly models: readonly {
    readonly model: string;
    readonly calls: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
  }[];
}

export interface ShownUsage {
  readonly asOfMs: number;
  /** Figures of some part of the world are missing. */
  readonly isPartial: boolean;
  readonly day: ShownPeriod;
  readonly month: ShownPeriod;
}

/** `GET /me` */
export interface ShownConsumer {
  readonly consumer: string;
  readonly tier?: string | undefined;
  readonly scopes: readonly string[];
  /** The id of the key that was shown; undefined: it was a token. */
  readonly apiKey?: string | undefined;
  /** No policy counts this client. */
  readonly isUnlimited: boolean;
  readonly asOfMs: number;
  readonly limits: readonly ShownLimit[];
  readonly changes: readonly ShownChange[];
  readonly retiring: readonly ShownRetirement[];
  /** undefined: statistics are off. */
  readonly usage?: ShownUsage | undefined;
}

/** A key of `GET /me/keys`. */
export interface ShownKey {
  readonly id: string;
  readonly label?: string | undefined;
  readonly prefixes: readonly { readonly prefix: string; readonly expiresAtMs?: number }[];
  readonly tier?: string | undefined;
  readonly scopes: readonly string[];
  readonly enabled: boolean;
  readonly createdAtMs: number;
  readonly expiresAtMs?: number | undefined;
  /** It is the one that asks. */
  readonly isShown: boolean;
}

/** `GET /me/keys` */
export interface ShownKeys {
  readonly keysMax: number;
  readonly items: readonly ShownKey[];
}

/** A request of `GET /me/requests`. */
export interface ShownRequest {
  readonly id: string;
  readonly createdAtMs: number;
  readonly policy: string;
  readonly limit: number;
  readonly reason: string;
  readonly state: "open" | "granted" | "refused" | "withdrawn";
  readonly answer?: string | undefined;
  readonly untilMs?: number | undefined;
  readonly expiresAtMs?: number | undefined;
}
