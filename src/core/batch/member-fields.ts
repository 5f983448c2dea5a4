// The header fields of a batch's member: those of the batch request, except for what is about that request alone, and its
// own, except for those that name the caller, its place and the way.

import { HOP_BY_HOP, isDroppedFromRequests } from "../http/forwarded-fields.ts";

/** Fields about the batch's own content, answer and connection. A member may have its own, except of the connection. */
const OF_ONE_REQUEST =
  /^(?:accept|accept-.*|content-.*|if-.*|range|cache-control|pragma|prefer|idempotency-key|expect|(?:want-)?(?:repr-)?digest|proxy-.*|sec-websocket-.*)$/;
/** Fields of the caller, the platform and the gateway, and those that follow from the member's body and path. */
const RESERVED =
  /^(?:authorization|x-api-key|cookie|cf-.*|via|content-length|accept-encoding|sec-websocket-.*)$/;

/** Whether a field of the batch request, by its folded name (http/field-name.ts), goes to its members. */
export function isInherited(name: string): boolean {
  return !OF_ONE_REQUEST.test(name) && !HOP_BY_HOP.includes(name);
}

/** Whether a member may set a field, by its folded name; `isCarried`: the batch request has it, and members are to have that. */
export function maySetField(name: string, isCarried: boolean): boolean {
  if (RESERVED.test(name) || isDroppedFromRequests(name)) return false;
  return !isCarried || !isInherited(name);
}
