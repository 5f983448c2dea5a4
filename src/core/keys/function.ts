// What a function of the configuration file returns for the request.

import { NAME } from "../schema/primitives.ts";
import { FUNCTION_LABEL } from "../functions/function-values.ts";
import type { KeyExtractor } from "./key-extractor.ts";
import { toCountedMember } from "./unreadable.ts";

export const ofFunction: KeyExtractor = {
  argument: { pattern: NAME, wanted: "the name of one of `functions`", toLowerCase: false },
  read: (facts, name) => toCountedMember(facts.member(FUNCTION_LABEL + name), facts),
};
