// Who was denied within the last hour, as the gateway's statistics have it: by policy and key, with how often and since
// when. They also name consumers that no list of API keys has.

import { createHash } from "node:crypto";
import type { Api } from "./api.ts";
import { CommandFailure } from "./exit-codes.ts";
import { type Item, toItem, toItems } from "./table.ts";

export interface Denials {
  /** The counter with what is known of its denials, where it was denied. */
  readonly addTo: (counter: Item) => Item;
  /** Consumers that were denied or used most, at most so many. */
  readonly consumers: readonly string[];
  /** The statistics did not answer. */
  readonly isUnknown: boolean;
}

const MINUTES = 60;
const CONSUMERS_MAX = 30;
/** Statistics and log lines name keys by so much of their hash. */
const HASH_DIGITS = 16;
const NO_NAMES: ReadonlySet<unknown> = new Set(["", "other"]);

const UNKNOWN: Denials = { addTo: (counter) => counter, consumers: [], isUnknown: true };

export async function readDenials(api: Api): Promise<Denials> {
  try {
    const { body } = await api.ask("GET", `/stats?minutes=${MINUTES}`);
    return toDenials(toItem(body));
  } catch (error) {
    // What is asked for is there without them.
    if (error instanceof CommandFailure && error.ending === "refused") return UNKNOWN;
    throw error;
  }
}

function toDenials({ denials, usage }: Item): Denials {
  const denied = toItems(denials);
  const byKey = new Map(denied.map((one) => [`${String(one["policy"])} ${String(one["key"])}`, one]));
  const names = [...denied, ...toItems(usage)].map(({ consumer }) => consumer);
  const consumers = [...new Set(names)].filter(
    (name): name is string => typeof name === "string" && !NO_NAMES.has(name),
  );
  return {
    addTo: (counter) => {
      const { count, firstMs } = byKey.get(`${String(counter["policy"])} ${toHash(counter["key"])}`) ?? {};
      return count === undefined ? counter : { ...counter, denials: count, deniedSinceMs: firstMs };
    },
    consumers: consumers.slice(0, CONSUMERS_MAX),
    isUnknown: false,
  };
}

function toHash(key: unknown): string {
  return createHash("sha256").update(String(key)).digest("hex").slice(0, HASH_DIGITS);
}
