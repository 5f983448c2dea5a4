// The value of a query parameter.

import type { KeyExtractor } from "./key-extractor.ts";

export const query: KeyExtractor = {
  argument: { pattern: /^[^\s&=#]{1,64}$/, wanted: "a query parameter's name", toLowerCase: false },
  read: (facts, name) => facts.query(name),
};
