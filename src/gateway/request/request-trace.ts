// What becomes known of a request on its way: what it waited for, how long, what the cache made of it, and why it was
// refused. The steps write it, log lines and statistics read it; no step decides by it.

import type { CacheResult } from "../../core/cache/cache-status.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import type { Identity } from "../../core/keys/identity.ts";
import { readClock } from "../../platform/clock.ts";
import type { SpanAttributes, Tracer } from "../../platform/tracing.ts";
import { ofOutcome, ofRoute } from "./span-attributes.ts";

/** What a request may wait for: its credential's verdict, counter objects, the store, its turn, its origin. */
export const WAITS = ["credential", "counter", "cache", "queue", "origin"] as const;
export type Wait = (typeof WAITS)[number];

/** Whose request it is, as far as it is known. */
interface TracedFacts {
  readonly method: string;
  readonly requestId: string;
  readonly address: string | undefined;
  readonly country: string | undefined;
  readonly asn: number | undefined;
  readonly continent: string | undefined;
  readonly identity: Identity | undefined;
  readonly standing?: "suspect" | "trusted" | undefined;
}

interface RefusingPolicy {
  readonly policy: { readonly name: string };
  readonly key: string;
}

/** Why the gateway answered a request itself. */
export interface Refusal {
  readonly code: ProblemCode;
  /** Policies that refused it, by their names and with the keys that they count it by. */
  readonly violated: readonly string[];
  readonly rows: readonly RefusingPolicy[];
  /** The client did not wait for the answer. */
  readonly isLeft: boolean;
}

const NOBODY = { violated: [], rows: [], isLeft: false } as const;

/** What is waited for, as a traced request's spans are called. */
const SPANS: Readonly<Partial<Record<Wait, string>>> = {
  counter: "limits",
  cache: "cache",
  origin: "origin",
};

export class RequestTrace {
  readonly startedMs: number;
  /** undefined: the platform does not trace it. */
  readonly tracer: Tracer | undefined;
  /** In milliseconds; undefined: it did not wait for that. What was waited for within another wait counts there alone. */
  readonly waitedMs: Record<Wait, number | undefined> = {
    credential: undefined,
    counter: undefined,
    cache: undefined,
    queue: undefined,
    origin: undefined,
  };
  /** The name of its route; undefined: none was found. */
  route: string | undefined;
  facts: TracedFacts | undefined;
  /** undefined: the route has no cache, or it has not been asked. */
  cache: CacheResult | undefined;
  /** It asked for a path that nothing leads to, and that only whoever searches for holes asks for. */
  isTrap = false;
  /** undefined: the answer is an origin's, or a stored one. */
  refusal: Refusal | undefined;
  /** Whether its answer is to have the request's id as a field, or has it: a request of a batch is not answered by itself. */
  idField: "unwanted" | "wanted" | "written" = "unwanted";
  /** The decision that counts what a model used: its route's. undefined: none of its route's policies reads it. */
  usageBy: object | undefined;
  /** The log has it that nobody knows what it used. */
  hasUnknownUsage = false;
  #allMs = 0;

  constructor(startedMs: number, tracer?: Tracer) {
    this.startedMs = startedMs;
    this.tracer = tracer;
  }

  refuse(code: ProblemCode, by: Partial<Refusal> = NOBODY): void {
    this.refusal = { ...NOBODY, ...by, code };
  }

  /** `describe` says what came of it, where the request is traced. */
  async wait<Value>(
    cause: Wait,
    promise: Promise<Value>,
    describe?: (value: Value) => SpanAttributes,
  ): Promise<Value> {
    const startedMs = readClock();
    const beforeMs = this.#allMs;
    const waited =
      this.tracer === undefined ? promise : this.#trace(this.tracer, cause, { promise, describe });
    try {
      return await waited;
    } finally {
      const withinMs = this.#allMs - beforeMs;
      const ms = Math.max(0, readClock() - startedMs - withinMs);
      this.waitedMs[cause] = (this.waitedMs[cause] ?? 0) + ms;
      this.#allMs += ms;
    }
  }

  async #trace<Value>(
    tracer: Tracer,
    cause: Wait,
    { promise, describe }: { readonly promise: Promise<Value>; readonly describe: Describe<Value> },
  ): Promise<Value> {
    const name = SPANS[cause];
    if (name === undefined) return await promise;
    const span = tracer.startSpan(name);
    try {
      const value = await promise;
      const cached = cause === "cache" ? ofOutcome(this.cache) : undefined;
      span.setAttributes({ ...ofRoute(this.route), ...describe?.(value), ...cached });
      return value;
    } finally {
      span.end();
    }
  }

  /** Says of the request's own span what became of it. */
  finish(status: number): void {
    if (this.tracer === undefined) return;
    const { route = "none", facts, refusal } = this;
    const name = `${facts?.method ?? ""} ${route}`.trimStart();
    this.tracer.finish(name, { ...ofRoute(route), ...ofOutcome(refusal?.code ?? this.cache ?? status) });
  }
}

type Describe<Value> = ((value: Value) => SpanAttributes) | undefined;
