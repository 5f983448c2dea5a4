// The id of an accepted API key; missing with a token, and without a credential.

import type { KeyExtractor } from "./key-extractor.ts";

export const apiKey: KeyExtractor = { argument: undefined, read: (facts) => facts.identity?.apiKey };
