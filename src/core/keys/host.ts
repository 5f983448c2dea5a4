// The host that the client asked for: lower case, without a port.

import type { KeyExtractor } from "./key-extractor.ts";

export const host: KeyExtractor = { argument: undefined, read: (facts) => facts.host };
