// Whether a hash may be a key's, by the first digits of all that are: hardly ever wrong where it says yes, never where it
// says no. So texts that somebody invents are nobody's without a question to the control object.

import { type KeyChanges, type KeyHistory, toKeyChanges } from "./key-changes.ts";

/** The first digits of every key's hash, as of a version. */
export interface KeyDigits {
  readonly version: number;
  /** 32 bits each. */
  readonly digits: Uint32Array;
}

export const toDigits = (hash: string): number => Number.parseInt(hash.slice(0, 8), 16);

export class KeyFilter {
  readonly #digits: Set<number>;

  constructor(digits: Iterable<number>) {
    this.#digits = new Set(digits);
  }

  mayHave(hash: string): boolean {
    return this.#digits.has(toDigits(hash));
  }

  /** Those that are gone stay: about them somebody is asked. */
  add({ changed = [] }: Pick<KeyChanges, "changed">): void {
    for (const hash of changed) this.#digits.add(toDigits(hash));
  }
}

/** undefined where it is not known what changed since the digits were listed. */
export function createKeyFilter({ version, digits }: KeyDigits, history: KeyHistory): KeyFilter | undefined {
  const { changed } = version >= history.version ? { changed: [] } : toKeyChanges(history, version);
  if (changed === undefined) return undefined;
  const filter = new KeyFilter(digits);
  filter.add({ changed });
  return filter;
}
