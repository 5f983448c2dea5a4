// What an isolate and a counter object say about a lease: with a check that is asked anyway, or in a call of its own.
// Everything is told as it stands, nothing as a difference: a message that is lost or comes twice changes nothing.

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
  /** Units a second that the isolate is asked for; 0 wants no lease. */
  readonly wantedPerSecond: number;
  /** What its requests cost: that of the one that reports. */
  readonly cost: number;
}

/** Durations count from when the report was sent. */
export interface LeaseGrant {
  /** What the isolate may spend; all that it kept is in it. */
  readonly units: number;
  readonly ttlMs: number;
  /** How long a request of the reported cost has to wait when the lease is spent, for nothing more is left; or 0. */
  readonly waitMs: number;
  /** Units that are left beside what is lent. */
  readonly remaining: number;
  readonly resetMs: number;
}
