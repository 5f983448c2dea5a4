// The request's method. HEAD counts as GET, for it asks the origin for the same work.

import type { KeyExtractor } from "./key-extractor.ts";

export const method: KeyExtractor = {
  argument: undefined,
  read: (facts) => (facts.method === "HEAD" ? "GET" : facts.method),
};
