// The country that the platform locates the client in; missing where it cannot tell.

import type { KeyExtractor } from "./key-extractor.ts";

export const country: KeyExtractor = { argument: undefined, read: (facts) => facts.country };
