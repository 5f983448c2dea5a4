// What every key extractor is: it reads one value from a request's facts, or finds none.

import type { Facts } from "./facts.ts";

export type KeyReader = (facts: Facts, argument: string) => string | undefined;

export interface KeyExtractor {
  /** What the argument after the colon must look like ("header:x-api-key"), or undefined when there is none. */
  readonly argument:
    | { readonly pattern: RegExp; readonly wanted: string; readonly toLowerCase: boolean }
    | undefined;
  /** undefined is a missing value; "" is a value like any other. */
  readonly read: KeyReader;
  /** The same of an argument that is taken apart once, when the configuration is read. */
  readonly toReader?: (argument: string) => KeyReader;
}

/** RFC 9110 section 5.6.2. */
export const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]{1,64}$/i;
