// The snapshot that the control object sends to gateways: everything that changes decisions, as one whole. Plain values.

import type { AccessEntry, Ban, Override } from "./entries.ts";

export interface StoredConfig {
  /** 0 is the deployed configuration. */
  readonly version: number;
  /** A whole configuration as JSON; undefined is the deployed configuration. */
  readonly document: string | undefined;
  /** The fingerprint of the file that was deployed when it was pushed; undefined where that was not noted. */
  readonly file: string | undefined;
}

export interface Snapshot {
  /** Grows with every change of anything in it. 0: there has been none. */
  readonly version: number;
  readonly config: StoredConfig;
  readonly overrides: readonly Override[];
  readonly bans: readonly Ban[];
  readonly access: readonly AccessEntry[];
}

export const NO_SNAPSHOT: Snapshot = Object.freeze({
  version: 0,
  config: { version: 0, document: undefined, file: undefined },
  overrides: [],
  bans: [],
  access: [],
});
