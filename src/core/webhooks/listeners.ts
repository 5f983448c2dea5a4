// Who gets events: a URL, or a Cloudflare Queue by the name of its binding.

import type { Problem } from "../result.ts";

export type Listener = string | { readonly queue: string };

/** No URL that is called begins so. */
const QUEUE_PREFIX = "queue:";

/** A listener as it is stored and logged. */
export function toListenerText(listener: Listener): string {
  return typeof listener === "string" ? listener : QUEUE_PREFIX + listener.queue;
}

/** The name of the binding; undefined: it is no queue. */
export function toQueueName(text: string): string | undefined {
  return text.startsWith(QUEUE_PREFIX) ? text.slice(QUEUE_PREFIX.length) : undefined;
}

interface WebhookRoute {
  readonly index: number;
  readonly webhook?: { readonly deliver: readonly Listener[] } | undefined;
}

/** What a deployment may send to. */
export interface QueueBindings {
  /** Whether it has a binding of this name that sends to a queue. */
  readonly isBound: (name: string) => boolean;
  /** Where wrangler.toml names such bindings. */
  readonly table?: string;
}

/** A warning for each queue that a deployment does not have: events for it wait, for it can be bound later. */
export function findUnboundQueues(
  routes: readonly WebhookRoute[],
  { isBound, table = "queues.producers" }: QueueBindings,
): readonly Problem[] {
  return routes.flatMap(({ index, webhook }) =>
    (webhook?.deliver ?? []).flatMap((listener, at) => {
      if (typeof listener === "string" || isBound(listener.queue)) return [];
      const message = `the deployment has no binding ${listener.queue} that sends to a queue: events wait for two days until it has. Add [[${table}]] with binding = "${listener.queue}" and the queue's name to wrangler.toml`;
      return [{ path: `routes.${index}.webhook.deliver.${at}`, code: "missing-queue", message }];
    }),
  );
}
