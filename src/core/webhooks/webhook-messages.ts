// Messages between gateways and a route's webhook object.

import type { Purge } from "../cache/purge-state.ts";

/** One event, verified. */
export interface WebhookEvent {
  /** What it is known by, however often it is sent: at most 200 characters. */
  readonly id: string;
  /** Header fields that go on with it. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  /** URLs, and queues as toListenerText() has them. */
  readonly listeners: readonly string[];
  /** What it makes invalid in the cache. */
  readonly purges: readonly Purge[];
  /** The name of the secret that signs each try by Standard Webhooks; undefined: it goes on as it came. */
  readonly signedBy?: string | undefined;
}

/** "full": it was not taken, and may come again later. */
export type Acceptance = "new" | "repeat" | "full";
