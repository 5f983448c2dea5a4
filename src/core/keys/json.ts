// A member of a JSON body that is one plain value.

import { JSON_PATH, JSON_PATH_WANTED } from "../body/member-path.ts";
import type { KeyExtractor } from "./key-extractor.ts";
import { toCountedMember } from "./unreadable.ts";

export const json: KeyExtractor = {
  argument: { pattern: JSON_PATH, wanted: JSON_PATH_WANTED, toLowerCase: false },
  read: (facts, path) => toCountedMember(facts.member(`json:${path}`), facts),
};
