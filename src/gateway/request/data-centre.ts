// What isolates of one data centre tell each other, by its Cache API: short texts under names of ours, each for a time. It
// may be gone or never have been there (on workers.dev nothing is kept): whoever reads it goes on without. Never throws.

import { hashText } from "../../platform/hash-text.ts";

/** So many texts in a row that were written and not found say that nothing is kept here. */
const LOST_MAX = 3;
/** After which it may be tried again. */
const TRY_AGAIN_MS = 600_000;
const LENGTH_MAX = 262_144;

export class DataCentre {
  /** A hash of what the deployment's isolates have in common, and those of others have not. */
  readonly #scope: string;
  /** Something that was written has been found. */
  #isProven = false;
  #lost = 0;
  #lostMs = -Infinity;

  constructor(scope: string) {
    this.#scope = hashText(scope).slice(0, 16);
  }

  /** The text under a name. */
  async read(name: string, nowMs: number): Promise<string | undefined> {
    if (this.#isOff(nowMs)) return undefined;
    try {
      const response = await caches.default.match(this.#toUrl(name));
      const text = await response?.text();
      return text === undefined || text.length > LENGTH_MAX ? undefined : text;
    } catch {
      return undefined;
    }
  }

  /** Resolves when it is written, if it can be. */
  async write(name: string, text: string, { nowMs, keptMs }: Kept): Promise<void> {
    if (this.#isOff(nowMs) || text.length > LENGTH_MAX) return;
    const headers = { "Cache-Control": `public, max-age=${Math.ceil(keptMs / 1_000)}` };
    try {
      await caches.default.put(this.#toUrl(name), new Response(text, { headers }));
      if (this.#isProven) return;
      this.#isProven = (await this.read(name, nowMs)) === text;
      this.#lost = this.#isProven ? 0 : this.#lost + 1;
      this.#lostMs = nowMs;
    } catch {
      // It is asked for once more by somebody else.
    }
  }

  #isOff(nowMs: number): boolean {
    return this.#lost >= LOST_MAX && nowMs - this.#lostMs < TRY_AGAIN_MS;
  }

  #toUrl(name: string): string {
    return `https://headgate.invalid/known/${this.#scope}/${encodeURIComponent(name)}`;
  }
}

interface Kept {
  readonly nowMs: number;
  readonly keptMs: number;
}
