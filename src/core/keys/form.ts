// A field of a form that came as the body.

import { FORM_NAME, FORM_NAME_WANTED } from "../body/member-path.ts";
import type { KeyExtractor } from "./key-extractor.ts";
import { toCountedMember } from "./unreadable.ts";

export const form: KeyExtractor = {
  argument: { pattern: FORM_NAME, wanted: FORM_NAME_WANTED, toLowerCase: false },
  read: (facts, name) => toCountedMember(facts.member(`form:${name}`), facts),
};
