// The platform's own tracing: whether a request is traced, and spans for what it does. Most requests are not, and a span costs
// more than a decision: there is one look for each request, and spans only where it is worth it.
// Source: https://developers.cloudflare.com/workers/observability/traces/custom-spans/

import * as workers from "cloudflare:workers";

export type SpanAttributes = Readonly<Record<string, string | number | undefined>>;

/** A span of the platform's, as far as it is used. */
export interface Span {
  readonly setAttributes: (attributes: SpanAttributes) => unknown;
  readonly end: () => void;
}

/** Of one request that is traced. */
export interface Tracer {
  readonly startSpan: (name: string) => Span;
  /** Names the request's own span, and says what became of it. */
  readonly finish: (name: string, attributes: SpanAttributes) => void;
}

/** undefined: the runtime has no spans. */
const { tracing } = workers as Partial<typeof workers>;

/** undefined: the request is not traced, or the runtime has no spans. */
export function findTracer(): Tracer | undefined {
  const root = tracing?.getActiveSpan?.();
  if (tracing === undefined || root?.isTraced !== true) return undefined;
  return {
    startSpan: (name) => tracing.startSpan(name),
    finish: (name, attributes) => {
      root.updateName(name);
      root.setAttributes({ ...attributes });
    },
  };
}
