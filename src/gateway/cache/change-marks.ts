// What changes through the gateway make invalid, in the data centre that they pass through (RFC 9111 section 4.4): every
// URL that was changed has a mark, a random text that the next change replaces. A record carries the mark that stood when
// it was asked for and is used only while that one stands, so a change reaches every variant, and what is on its way.

import { toMarkKey } from "../../core/cache/cache-key.ts";
import { KNOWN_MS } from "../../core/cache/held-until.ts";
import { NO_MARK, RECORD_VERSION } from "../../core/cache/stored-response.ts";
import { LruMap } from "../../core/lru-map.ts";
import { readClock } from "../../platform/clock.ts";
import { hashText } from "../../platform/hash-text.ts";
import type { CacheStore } from "./cache-store.ts";

/** What is forgotten is read again. */
const KNOWN_MAX = 2_000;

interface Known {
  readonly mark: string;
  readonly untilMs: number;
}

export class ChangeMarks {
  readonly #store: CacheStore;
  readonly #known = new LruMap<string, Known>(KNOWN_MAX);

  constructor(store: CacheStore) {
    this.#store = store;
  }

  /** The mark of a key URL. */
  async read(url: string): Promise<string> {
    const key = toMarkKey(url, hashText);
    const known = this.#known.get(key);
    if (known !== undefined && readClock() < known.untilMs) return known.mark;
    const stored = await this.#store.read(key);
    const mark = stored?.entry.kind === "mark" ? stored.entry.mark : NO_MARK;
    const learnt = this.#known.get(key);
    // A change that was made here meanwhile is newer than what was read.
    if (learnt !== undefined && learnt !== known) return learnt.mark;
    this.#known.set(key, { mark, untilMs: readClock() + KNOWN_MS });
    return mark;
  }

  /** Holds here at once, in the data centre when it resolves. Never throws. */
  async renew(url: string): Promise<void> {
    const key = toMarkKey(url, hashText);
    const mark = crypto.randomUUID();
    // Until it is written, and for good if it cannot be, at least this isolate keeps to it.
    const unwritten: Known = { mark, untilMs: Infinity };
    this.#known.set(key, unwritten);
    const isWritten = await this.#store.write(key, { version: RECORD_VERSION, kind: "mark", mark }, null);
    if (isWritten && this.#known.get(key) === unwritten)
      this.#known.set(key, { mark, untilMs: readClock() + KNOWN_MS });
  }
}
