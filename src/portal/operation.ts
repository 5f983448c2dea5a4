// What an operation of the portal is, beside the look at one's limits: data, from which requests find it.

import type * as v from "valibot";
import type { Changer } from "../core/control/control-messages.ts";
import type { statusTitles } from "../core/http/status-titles.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { RequestContext } from "../gateway/request/request-context.ts";
import type { Bindings } from "../platform/bindings.ts";
import type { Consumer } from "./admit-consumer.ts";
import type { UsageReader } from "./show-usage.ts";

/** One request, read and checked. */
export interface PortalCall<Body> {
  readonly consumer: Consumer;
  readonly context: RequestContext<Gateway>;
  readonly bindings: Bindings;
  readonly usage: UsageReader;
  /** What the path's first group is. */
  readonly id: string;
  readonly body: Body;
  /** As the audit log calls the consumer. */
  readonly by: Changer;
  /** A problem document with the request's id. */
  readonly refuse: (
    status: keyof typeof statusTitles,
    code: string,
    members?: Readonly<Record<string, unknown>>,
    fields?: Readonly<Record<string, string>>,
  ) => Response;
}

export interface PortalOperation {
  readonly method: "GET" | "POST" | "DELETE";
  /** Below the portal's own path. */
  readonly path: RegExp;
  readonly body: v.GenericSchema | undefined;
  readonly handle: (call: PortalCall<never>) => Promise<Response>;
}

type Schema = v.GenericSchema | undefined;
type Output<Given extends Schema> = Given extends v.GenericSchema ? v.InferOutput<Given> : undefined;

/** `handle` gets what the schema made of the body. */
export function definePortalOperation<Body extends Schema = undefined>(given: {
  readonly method: PortalOperation["method"];
  readonly path: RegExp;
  readonly body?: Body;
  readonly handle: (call: PortalCall<Output<Body>>) => Promise<Response>;
}): PortalOperation {
  return { ...given, body: given.body, handle: given.handle };
}
