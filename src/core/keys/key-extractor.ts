// What every key extractor is: it reads one value from a request's facts, or finds none.

import type { Facts } from "./facts.ts";

export interface KeyExtractor {
  /** What the argument after the colon must look like ("header:x-api-key"), or undefined when there is none. */
  readonly argument:
    | { readonly pattern: RegExp; readonly wanted: string; readonly toLowerCase: boolean }
    | undefined;
  /** undefined is a missing value; "" is a value like any other. */
  readonly read: (facts: Facts, argument: string) => string | undefined;
}

/** RFC 9110 section 5.6.2. */
export const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]{1,64}$/i;
