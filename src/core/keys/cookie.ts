// A cookie's value, by its name (case matters, RFC 6265 section 4.1.2).

import { type KeyExtractor, TOKEN } from "./key-extractor.ts";
import { toCounted } from "./unreadable.ts";

export const cookie: KeyExtractor = {
  argument: { pattern: TOKEN, wanted: "a cookie name", toLowerCase: false },
  read: (facts, name) => toCounted(facts.cookie(name), facts),
};
