// What the cache needs of the gateway: the stores, what makes stored answers invalid, and the way to an origin.

import type { OriginClients } from "../origins/ask-origin.ts";
import type { Collapsing } from "../request/collapsing.ts";
import type { CacheStore } from "./cache-store.ts";
import type { ChangeMarks } from "./change-marks.ts";
import type { PurgeClient } from "./purge-client.ts";

export interface CacheClients extends OriginClients {
  readonly store: CacheStore;
  readonly purges: PurgeClient;
  readonly marks: ChangeMarks;
  readonly collapsing: Collapsing;
  /** Whether any route is cached. */
  readonly hasCache: boolean;
}
