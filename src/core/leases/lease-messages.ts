// Messages about a quota lease between an isolate and a counter object: with a check that is sent anyway, or in a call of
// their own. They carry totals, never differences: a message that is lost or comes twice changes nothing.

/** An isolate's account of its lease on one counter. */
export interface LeaseReport {
  /** Unique to this isolate, counter and stretch of memory: an isolate that forgot its lease opens another. */
  readonly account: string;
  /** Ascends with every report of an isolate; what comes late is not read. */
  readonly seq: number;
  /** Units that were spent from leases of this account, ever. */
  readonly spent: number;
  /** Units that are not spent and may still be, until the answer comes. The others go back. */
  readonly kept: number;
  /** The isolate's demand in units a second; 0 wants no lease. */
  readonly wantedPerSecond: number;
  /** What its requests cost: that of the one whose call carries the report. */
  readonly cost: number;
  /** Its policy's limit is small: only an isolate that is alone is granted anything. */
  readonly isSmall?: boolean;
}

/** Durations count from when the report was sent. */
export interface LeaseGrant {
  /** What the isolate may spend; all that it kept is in it. */
  readonly units: number;
  readonly ttlMs: number;
  /** How long a request of the reported cost has to wait when the lease is spent, for nothing more is left; or 0. */
  readonly waitMs: number;
  /** Units that are left beside all that is granted. */
  readonly remaining: number;
  readonly resetMs: number;
}
