// The path in the form that routes are matched by, so that no other way of writing it gets a counter of its own.

import type { KeyExtractor } from "./key-extractor.ts";

export const path: KeyExtractor = { argument: undefined, read: (facts) => facts.path };
