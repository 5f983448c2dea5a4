// The consumer of an accepted credential, whichever key or token it was; missing where nobody had to say who they are.

import type { KeyExtractor } from "./key-extractor.ts";

export const consumer: KeyExtractor = { argument: undefined, read: (facts) => facts.identity?.consumer };
