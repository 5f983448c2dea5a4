// What takes part in the comparison. One subject is one file of subjects/ and one line of its registry.

import type { Need } from "../machine/needs.ts";

export interface Limit {
  readonly units: number;
  readonly windowMs: number;
}

/** What a probe wants limited, per client address. */
export interface Rules {
  /** Every request counts here. */
  readonly general: Limit;
  /** Requests for /search count here too. */
  readonly search?: Limit;
  /** How many requests of a client may be under way. The other limits stay. */
  readonly concurrent?: number;
}

export interface Subject {
  /** How --only names it. */
  readonly name: string;
  readonly title: string;
  /** What its algorithm is called: only like may be set beside like. */
  readonly algorithm: string;
  /** Where its settings are: what a fair user would choose. */
  readonly settings: string;
  readonly needs?: readonly Need[];
  /** The field in which it takes a client's address from whoever stands before it. */
  readonly addressField: "CF-Connecting-IP" | "X-Forwarded-For";
  readonly can: Abilities;
  readonly start: (place: Place, rules: Rules) => Promise<Running>;
}

export interface Abilities {
  /** Costs of requests, by the field X-Cost. */
  readonly cost?: boolean;
  readonly concurrency?: boolean;
  /** Whether a start with `careful` differs. */
  readonly careful?: boolean;
  /** The least window that it can have. */
  readonly windowMs?: number;
}

export interface Place {
  readonly originUrl: string;
  /** host:port of a store for the Cache API. */
  readonly cacheAddress: string;
  /** Empty, and deleted in the end. */
  readonly folder: string;
  /** Two processes, isolates or threads, whichever it scales by. Else one. */
  readonly isTwice?: boolean;
  /** What its documents say of a store that does not answer is set. */
  readonly isCareful?: boolean;
}

export interface Running {
  /** On 127.0.0.1. Where two answer at one port, it is there once. */
  readonly ports: readonly [number, ...number[]];
  /** Kills it where it stands, its store excepted, and starts it again with what is stored, under these rules. */
  readonly restart: (rules: Rules) => Promise<Running>;
  /** Brings other rules in while it runs, for those that can. Else it is restarted. */
  readonly change?: ((rules: Rules) => Promise<Running>) | undefined;
  /** undefined: it has no store that could fail without it. */
  readonly failStore?: ((how: StoreFault) => Promise<void>) | undefined;
  /** Calls of the store since the start. undefined: it has none. */
  readonly readStoreCalls?: (() => Promise<number>) | undefined;
  readonly stop: () => Promise<void>;
}

export type StoreFault = "ended" | "hanging";
