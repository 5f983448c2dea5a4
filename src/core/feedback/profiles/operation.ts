// A call's operation: its method, and its path without what names single objects. Origins that limit an endpoint count
// all of its objects together.

import type { OriginCall } from "../reading.ts";

/** A segment with a digit (cus_9s6XKzkNRiz8i3, 42, PROJ-7), except for a version (v1, 3, 2024-10). */
const OBJECT = /\d/;
const VERSION = /^(?:v?\d{1,2}(?:\.\d{1,2})?|20\d\d-\d\d)$/;
const SEGMENTS_MAX = 8;

export function toOperation({ method, path }: Pick<OriginCall, "method" | "path">): string {
  const segments = path.split("/", SEGMENTS_MAX + 1).map((segment, at) => {
    const isVersion = at <= 3 && VERSION.test(segment);
    return OBJECT.test(segment) && !isVersion ? "*" : segment;
  });
  return `${method === "HEAD" ? "GET" : method} ${segments.join("/")}`;
}
