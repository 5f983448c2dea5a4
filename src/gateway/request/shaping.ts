// What one request's answer is to be made of, on a route that changes messages.

import type { RouteShape } from "../../core/shape/route-shape.ts";
import type { FieldReader } from "../../core/cache/fields.ts";
import type { FieldMask } from "../../core/shape/field-mask.ts";

export interface Shaping {
  readonly shape: RouteShape;
  /** What the client wants of the answer; undefined: all of it. */
  readonly mask: FieldMask | undefined;
  /** Stands for what is trimmed, in entity tags. */
  readonly trim: number;
  /** The client's own fields: its conditions are about what it gets, and not about what is stored. */
  readonly conditions: FieldReader;
}
