// The pipe that a response's body goes through when the gateway has to see it pass.

import { parseUnits } from "../../core/policies/route-cost.ts";

/** A stated length stays stated. */
export function toPipe(headers: Headers): IdentityTransformStream {
  const length = parseUnits(headers.get("content-length") ?? "");
  return length === undefined ? new IdentityTransformStream() : new FixedLengthStream(length);
}
