// Which header fields a member of a batch has: those of the batch request, but for what is said of that request alone, and
// those of its own, but for what says who is calling, from where, and by which way.

import { HOP_BY_HOP, isDroppedFromRequests } from "../http/forwarded-fields.ts";

/** About the batch's own content, answer and connection. What is not of the connection a member may say of itself. */
const OF_ONE_REQUEST =
  /^(?:accept|accept-.*|content-.*|if-.*|range|cache-control|pragma|prefer|idempotency-key|expect|(?:want-)?(?:repr-)?digest|proxy-.*|sec-websocket-.*)$/;
/** The caller's, the platform's and the gateway's word, and what follows from the member's body and path. */
const RESERVED =
  /^(?:authorization|x-api-key|cookie|cf-.*|via|content-length|accept-encoding|sec-websocket-.*)$/;

/** Whether a field of the batch request, by its lower-case name, goes to its members. */
export function isInherited(name: string): boolean {
  return !OF_ONE_REQUEST.test(name) && !HOP_BY_HOP.includes(name);
}

/** Whether a member may say it; `isCarried`: the batch request has it, and members are to have that. */
export function isSettable(name: string, isCarried: boolean): boolean {
  if (RESERVED.test(name) || isDroppedFromRequests(name)) return false;
  return !isCarried || !isInherited(name);
}
