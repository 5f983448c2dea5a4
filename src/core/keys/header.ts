// A request header's value. Two lines of one name count as their combined value, as everywhere in HTTP.

import { type KeyExtractor, TOKEN } from "./key-extractor.ts";
import { toCounted } from "./unreadable.ts";

export const header: KeyExtractor = {
  argument: { pattern: TOKEN, wanted: "a header name", toLowerCase: true },
  read: (facts, name) => toCounted(facts.header(name), facts),
};
