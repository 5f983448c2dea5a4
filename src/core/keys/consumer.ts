// The consumer of an accepted credential, whichever key or token it was; missing for anonymous clients.

import type { KeyExtractor } from "./key-extractor.ts";

export const consumer: KeyExtractor = { argument: undefined, read: (facts) => facts.identity?.consumer };
