// What isolates tell the alerts object, and what it shows. Plain values only.

import type { AlertRule, Condition } from "./alert-settings.ts";

/** What an isolate counted since its last report. */
export interface AlertCounts {
  readonly requests: number;
  readonly denied: number;
  /** Refused for their credentials. */
  readonly credentials: number;
  readonly failed: number;
  /** Decided without their counter object. */
  readonly degraded: number;
}

/** A key that crossed a share of its quota. */
export interface CrossedKey {
  readonly policy: string;
  /** Hash of the counter's key, as log lines have it. */
  readonly key: string;
  /** "" without a credential. */
  readonly consumer: string;
  readonly percent: 80 | 100;
  /** When the quota is whole again, from now. */
  readonly resetMs: number;
  /** When nothing of it is left at its pace, from now; undefined: it lasts, or nobody can say. */
  readonly goneInMs?: number | undefined;
}

/** A consumer that took much more in a minute than it usually does: seen by a stats object. */
export interface UnusualUse {
  readonly policy: string;
  readonly consumer: string;
  readonly units: number;
  readonly usual: number;
}

/** A consumer's request for a higher limit. */
export interface RequestedLimit {
  readonly id: string;
  readonly consumer: string;
  readonly policy: string;
  readonly limit: number;
  readonly reason: string;
}

export interface AlertReport {
  /** The deployment's name. */
  readonly name: string;
  /** The active configuration's: the object has none of its own. */
  readonly rules: readonly AlertRule[];
  readonly counts: AlertCounts;
  readonly crossed: readonly CrossedKey[];
  /** Origins that the isolate leaves alone. */
  readonly open: readonly { readonly pool: string; readonly origin: string }[];
  /** Of an upstream's quota, 0 to 1. */
  readonly used: readonly { readonly pool: string; readonly quota: string; readonly share: number }[];
  readonly unusual?: readonly UnusualUse[];
  readonly requested?: readonly RequestedLimit[];
}

export interface AlertReply {
  /** When the isolate is to report again, from now. */
  readonly nextMs: number;
}

export interface ShownAlert {
  readonly condition: Condition;
  readonly state: "pending" | "firing" | "resolved";
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly sinceMs: number;
  /** Of one that is resolved. */
  readonly endedMs?: number;
}

export interface ShownChannel {
  /** Its kind and the name of its secret. */
  readonly channel: string;
  /** Messages that wait to be sent, for the first time or again. */
  readonly waiting: number;
  readonly sent: number;
  /** Given up after the last try. */
  readonly failed: number;
}

/** As the object answers. */
export interface ShownAlerts {
  readonly alerts: readonly ShownAlert[];
  readonly channels: readonly ShownChannel[];
}

/** As GET /alerts answers. */
export interface AlertsAnswer extends ShownAlerts {
  /** How many rules the configuration has: without any nobody is told of anything. */
  readonly rules: number;
}

/** What came of a test message: the receiver's status, or why there is none. */
export interface TestedChannel {
  readonly channel: string;
  readonly isSent: boolean;
  readonly detail: string;
}
