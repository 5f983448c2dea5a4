// A request header's value. Two lines of one name count as their combined value, as everywhere in HTTP.

import { type KeyExtractor, TOKEN } from "./key-extractor.ts";

export const header: KeyExtractor = {
  argument: { pattern: TOKEN, wanted: "a header name", toLowerCase: true },
  read: (facts, name) => facts.header(name),
};
