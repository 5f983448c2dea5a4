// The autonomous system that the client is in, by its number; missing where the platform names none.

import type { KeyExtractor } from "./key-extractor.ts";

export const asn: KeyExtractor = {
  argument: undefined,
  read: (facts) => (facts.asn === undefined ? undefined : String(facts.asn)),
};
