// What answering one request through the cache needs, and what all ways of asking the origin for it have in common.

import type { Forward } from "../../core/cache/decide.ts";
import type { Exchange } from "../../core/cache/exchange.ts";
import { toVariantKeys } from "../../core/cache/variants.ts";
import { readClock } from "../../platform/clock.ts";
import type { AskingFor } from "../origins/asking-for.ts";
import type { OriginAnswer } from "../origins/forward.ts";
import type { Collapsing } from "../request/collapsing.ts";
import type { RequestTrace } from "../request/request-trace.ts";
import type { CacheContext, CacheLookup, StoreLookup } from "./look-up.ts";

export interface ThroughCache extends CacheContext {
  readonly name: string;
  readonly collapsing: Collapsing;
  readonly trace: RequestTrace;
  /** How long to wait for another request's answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Asks the origin, with these fields put over the client's and without those. */
  readonly ask: (
    fields: Forward["conditions"],
    without: readonly string[],
    how?: AskingFor,
  ) => Promise<OriginAnswer>;
  /** Learns what a look-up has to know. */
  readonly learn: () => Promise<unknown>;
  /** Looks the request up: anew each time. */
  readonly lookUp: () => Promise<CacheLookup>;
  /** Looks it up before the limits, where the route's hits are free; else undefined. */
  readonly lookUpFree: () => Promise<CacheLookup | undefined>;
}

/** What is stored serves clients of every coding, so it is asked for without one; the edge encodes for each client. */
export const PLAIN = ["accept-encoding", "identity"] as const;

/** Before the request leaves: a purge that comes while the origin answers must reach the answer. */
export function startExchange({ purges }: ThroughCache): Pick<Exchange, "requestTimeMs" | "generation"> {
  return { requestTimeMs: readClock(), generation: purges.latest };
}

/** What requests that wait for one answer have in common: the key, and the variant as far as the store knows variants. */
export function toFlightKey({ key, present, request, settings }: StoreLookup): string {
  if (present?.kind !== "index") return key;
  return toVariantKeys(key, present, { fields: request.fields, settings })[0] ?? key;
}

/** Removes what was found and must not be used any longer. */
export async function forget({ found }: StoreLookup, { store }: ThroughCache): Promise<void> {
  if (found !== undefined) await store.delete(found.key);
}
