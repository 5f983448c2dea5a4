// What every step of a request's way gets beside the request: the part of the gateway that its room needs, and a way to
// let work go on after the response.

import type { RequestTrace } from "./request-trace.ts";

export interface RequestContext<Needs> {
  readonly gateway: Needs;
  /** What becomes known of the request. */
  readonly trace: RequestTrace;
  /** What is asked of an origin takes a place there, which is somebody else's as soon as the client has left. */
  readonly holdsPermits?: boolean | undefined;
  /** Called when the request begins to wait for whose its API key is. */
  readonly onAsk?: (() => void) | undefined;
  /** Called each time before an origin is asked. false: it must not be. */
  readonly onSend?: (() => boolean) | undefined;
  /** Lets what need not be waited for go on after the response. */
  readonly waitUntil: (promise: Promise<unknown>) => void;
}
