// What this isolate knows of API keys. A key that is known and new enough costs no call; revoking one holds everywhere
// within KNOWN_MS_MAX, for older knowledge is not used. Keys that nobody has are remembered apart, so that inventing them
// pushes no key out that somebody has.

import type { KeyRecord } from "../../core/keys/key-record.ts";
import { LruMap } from "../../core/lru-map.ts";
import type { Bindings } from "../../platform/bindings.ts";
import { readClock } from "../../platform/clock.ts";
import { Collapsing } from "../request/collapsing.ts";

/** Older knowledge is asked for anew behind a request's back. */
const REFRESH_MS = 2_000;
/** Still older knowledge is none: the request waits for the new. Counted from before it was asked for. */
const KNOWN_MS_MAX = 4_000;
/** How long `onError: "known"` goes on with what was known while the control object does not answer. */
const KEPT_MS_MAX = 3_600_000;
const TIMEOUT_MS = 1_000;
const KNOWN_KEYS_MAX = 10_000;
const UNKNOWN_KEYS_MAX = 10_000;
const OBJECT_NAME = "control";

export interface KnownKey {
  /** undefined: nobody has this key. */
  readonly record: KeyRecord | undefined;
  readonly askedMs: number;
}

type WaitUntil = (promise: Promise<unknown>) => void;

export class KeyClient {
  readonly #namespace: Bindings["CONTROL"];
  readonly #onError: "closed" | "known";
  readonly #known = new LruMap<string, KnownKey>(KNOWN_KEYS_MAX);
  readonly #unknown = new LruMap<string, KnownKey>(UNKNOWN_KEYS_MAX);
  readonly #collapsing = new Collapsing();

  constructor(namespace: Bindings["CONTROL"], onError: "closed" | "known") {
    this.#namespace = namespace;
    this.#onError = onError;
  }

  /** What is known of a key by its hash, if it is new enough. Makes it newer in the background. */
  recall(hash: string, waitUntil: WaitUntil): KnownKey | undefined {
    const known = this.#read(hash);
    if (known === undefined) return undefined;
    const ageMs = readClock() - known.askedMs;
    if (ageMs >= KNOWN_MS_MAX) return undefined;
    if (ageMs >= REFRESH_MS && known.record !== undefined) {
      const refresh = this.#lead(hash, waitUntil);
      if (refresh !== undefined) waitUntil(refresh);
    }
    return known;
  }

  /** Whether somebody has or had this key, as far as this isolate knows. */
  hasKnown(hash: string): boolean {
    return this.#known.get(hash) !== undefined;
  }

  /** Asks the control object; undefined when it does not answer in time, and what was known may not stand in. */
  async find(hash: string, waitUntil: WaitUntil): Promise<KnownKey | undefined> {
    // What crosses requests is a plain word; each reads the answer for itself.
    const led = this.#lead(hash, waitUntil);
    if (led !== undefined) await led;
    else if ((await this.#collapsing.wait(hash, TIMEOUT_MS)) === undefined) await this.#learn(hash);
    const known = this.#read(hash);
    if (known === undefined) return undefined;
    const ageMs = readClock() - known.askedMs;
    if (ageMs < KNOWN_MS_MAX) return known;
    const mayStandIn = this.#onError === "known" && known.record !== undefined && ageMs < KEPT_MS_MAX;
    return mayStandIn ? known : undefined;
  }

  /** Learns for all who wait; undefined where somebody already does. */
  #lead(hash: string, waitUntil: WaitUntil): Promise<void> | undefined {
    const publish = this.#collapsing.lead(hash, waitUntil);
    if (publish === undefined) return undefined;
    return this.#learn(hash).finally(() => {
      publish("stored");
    });
  }

  async #learn(hash: string): Promise<void> {
    const askedMs = readClock();
    try {
      const asked = Promise.resolve(this.#namespace.getByName(OBJECT_NAME).findKey(hash));
      const record = await Promise.race([asked, scheduler.wait(TIMEOUT_MS).then(() => "late" as const)]);
      if (record !== "late") this.#remember(hash, { record, askedMs });
    } catch {
      // What was known grows older, and says when it is too old.
    }
  }

  #read(hash: string): KnownKey | undefined {
    return this.#known.get(hash) ?? this.#unknown.get(hash);
  }

  /** Answers may overtake each other: the one that was asked for later holds. */
  #remember(hash: string, known: KnownKey): void {
    const before = this.#read(hash);
    if (before !== undefined && before.askedMs > known.askedMs) return;
    const [to, from] =
      known.record === undefined ? [this.#unknown, this.#known] : [this.#known, this.#unknown];
    from.delete(hash);
    to.set(hash, known);
  }
}
