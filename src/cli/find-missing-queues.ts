// Which queues a configuration delivers webhooks to that wrangler.toml does not bind, as `start` serves it: at its top level.

import type { Config } from "../core/config/config.ts";
import type { Problem } from "../core/result.ts";
import { findUnboundQueues } from "../core/webhooks/listeners.ts";
import { loadWrangler, readWrangler } from "./read-wrangler.ts";

/** A warning for each of them. wrangler.toml is read for a configuration that delivers to a queue alone. */
export function findMissingQueues({ routes }: Config, readBound = readProducers): readonly Problem[] {
  let bound: ReadonlySet<string> | undefined;
  return findUnboundQueues(routes, { isBound: (name) => (bound ??= readBound()).has(name) });
}

/** What is read of wrangler.toml. */
export interface WrangledQueues {
  readonly queues: { readonly producers?: readonly { readonly binding: string }[] | undefined };
}

function readProducers(): ReadonlySet<string> {
  const { producers = [] } = readWrangler(readTopLevel).queues;
  return new Set(producers.map(({ binding }) => binding));
}

function readTopLevel(): WrangledQueues {
  return loadWrangler().unstable_readConfig({ config: "wrangler.toml" }, { hideWarnings: true });
}
