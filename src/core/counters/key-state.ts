// What a counter object knows of one key: its counters, its bans, and the decisions that it last took part in.

import type { BanSettings, BanState } from "./ban.ts";
import type { DecisionRing } from "./decision-ring.ts";
import type { LiveCounter } from "./write-ahead.ts";

export interface StoredBan extends BanState {
  readonly settings: BanSettings;
}

export interface KeyCounters {
  /** By policy. */
  readonly live: ReadonlyMap<string, LiveCounter>;
  readonly bans: ReadonlyMap<string, StoredBan>;
  /** undefined: none. */
  readonly decisions?: DecisionRing | undefined;
}
