// What this isolate knows of API keys. One near call every few seconds says which keys have changed, and so that all others
// have not: a key that is known costs no call of its own. Revoking one holds everywhere within KNOWN_MS_MAX, for older
// knowledge is not used. Keys that nobody has are remembered apart, so that inventing them pushes no key out that somebody has.

import type { KeyChanges, VersionedKey } from "../../core/control/key-changes.ts";
import { type KeyRecord, parseKeyRecord } from "../../core/keys/key-record.ts";
import { LruMap } from "../../core/lru-map.ts";
import { type Bindings, CONTROL_NAME } from "../../platform/bindings.ts";
import { readClock } from "../../platform/clock.ts";
import { Collapsing } from "../request/collapsing.ts";
import type { DataCentre } from "../request/data-centre.ts";
import type { News } from "../request/news.ts";

/** Older knowledge is none: the request waits for the new. Counted from before it was asked for. */
const KNOWN_MS_MAX = 4_000;
/** How long `onError: "known"` goes on with what was known while nobody answers. */
const KEPT_MS_MAX = 3_600_000;
/** How long another isolate may guess by what this one has learnt. */
const SHARED_MS = 3_600_000;
const TIMEOUT_MS = 1_000;
const KNOWN_KEYS_MAX = 10_000;
const UNKNOWN_KEYS_MAX = 10_000;
/** Of an answer that does not say: it is not known to be new for longer than it is young. */
const NO_VERSION = -1;

export interface KnownKey {
  /** undefined: nobody has this key. */
  readonly record: KeyRecord | undefined;
  readonly askedMs: number;
  /** Of all keys, when this one was looked up. */
  readonly version: number;
}

type WaitUntil = (promise: Promise<unknown>) => void;

export class KeyClient {
  readonly #namespace: Bindings["CONTROL"];
  readonly #news: News;
  readonly #dataCentre: DataCentre;
  #known = new LruMap<string, KnownKey>(KNOWN_KEYS_MAX);
  #unknown = new LruMap<string, KnownKey>(UNKNOWN_KEYS_MAX);
  readonly #collapsing = new Collapsing();
  /** Of all keys, as of the last news. */
  #version = NO_VERSION;
  /** What was looked up before this version may have changed since. */
  #since = 0;

  constructor(
    namespace: Bindings["CONTROL"],
    { news, dataCentre }: { readonly news: News; readonly dataCentre: DataCentre },
  ) {
    this.#namespace = namespace;
    this.#news = news;
    this.#dataCentre = dataCentre;
    news.follow("keys", {
      version: () => (this.#known.size + this.#unknown.size > 0 ? this.#version : undefined),
      learn: (changes) => {
        this.#learnNews(changes);
      },
      askFar: async (version) => this.#stub().readKeyChanges(version),
    });
  }

  /** What is known of a key by its hash, if it is new enough. Looks for news in the background. */
  recall(hash: string, waitUntil: WaitUntil): KnownKey | undefined {
    const known = this.#read(hash);
    const nowMs = readClock();
    if (known === undefined || !this.#isNew(known, nowMs)) return undefined;
    this.#news.refresh(nowMs, waitUntil);
    return known;
  }

  /** Somebody's key as it was known last: a guess, which nothing may be answered by. */
  guess(hash: string): KnownKey | undefined {
    const known = this.#known.get(hash);
    return known !== undefined && readClock() - known.askedMs < KEPT_MS_MAX ? known : undefined;
  }

  /** The same, of another isolate of this data centre. */
  async guessByOthers(hash: string): Promise<KeyRecord | undefined> {
    const text = await this.#dataCentre.read(toSharedName(hash), readClock());
    return text === undefined ? undefined : parseKeyRecord(text);
  }

  /** Looks for news in the background, where there is a key that it could be of. */
  refresh(waitUntil: WaitUntil): void {
    if (this.#known.size > 0) this.#news.refresh(readClock(), waitUntil);
  }

  /** Whether somebody has or had this key, as far as this isolate knows. */
  hasKnown(hash: string): boolean {
    return this.#known.get(hash) !== undefined;
  }

  /**
   * Asks near; undefined when nobody answers in time, and what was known may not stand in, as it does with `onError: "known"`.
   */
  async find(hash: string, onError: "closed" | "known", waitUntil: WaitUntil): Promise<KnownKey | undefined> {
    const before = this.#read(hash);
    const isConfirmable = before !== undefined && this.#isUnchanged(before, readClock());
    const isAnswered = !isConfirmable || (await this.#news.know("keys", KNOWN_MS_MAX, waitUntil));
    const confirmed = this.#read(hash);
    if (confirmed !== undefined && this.#isNew(confirmed, readClock())) return confirmed;
    // Who did not say what is new does not say whose a key is.
    if (isAnswered) await this.#lookUp(hash, waitUntil);
    const known = this.#read(hash);
    if (known === undefined) return undefined;
    const ageMs = readClock() - known.askedMs;
    if (ageMs < KNOWN_MS_MAX) return known;
    const mayStandIn = onError === "known" && known.record !== undefined && ageMs < KEPT_MS_MAX;
    return mayStandIn ? known : undefined;
  }

  #isNew(known: KnownKey, nowMs: number): boolean {
    if (nowMs - known.askedMs < KNOWN_MS_MAX) return true;
    return this.#isUnchanged(known, nowMs) && this.#news.toAgeMs("keys", nowMs) < KNOWN_MS_MAX;
  }

  /** As of the last news. A key that has expired may be nobody's by now. */
  #isUnchanged({ version, record }: KnownKey, nowMs: number): boolean {
    return version >= this.#since && (record?.expiresAtMs ?? Infinity) > nowMs;
  }

  /** What crosses requests is a plain word; each reads the answer for itself. */
  async #lookUp(hash: string, waitUntil: WaitUntil): Promise<void> {
    const publish = this.#collapsing.lead(hash, waitUntil);
    if (publish !== undefined) await this.#learn(hash, waitUntil).finally(() => publish("stored"));
    else if ((await this.#collapsing.wait(hash, TIMEOUT_MS)) === undefined)
      await this.#learn(hash, waitUntil);
  }

  async #learn(hash: string, waitUntil: WaitUntil): Promise<void> {
    const askedMs = readClock();
    try {
      const late = scheduler.wait(TIMEOUT_MS).then(() => "late" as const);
      const found = await Promise.race([this.#askKey(hash), late]);
      if (found === "late") return;
      this.#remember(hash, found, askedMs);
      if (found.record !== undefined) this.#share(hash, found.record, waitUntil);
    } catch {
      // What was known grows older, and says when it is too old.
    }
  }

  /** For isolates that have not met it: a guess, as what is known here may become one. */
  #share(hash: string, record: KeyRecord, waitUntil: WaitUntil): void {
    const kept = { nowMs: readClock(), keptMs: SHARED_MS };
    waitUntil(this.#dataCentre.write(toSharedName(hash), JSON.stringify(record), kept));
  }

  async #askKey(hash: string): Promise<VersionedKey> {
    return await this.#news.near.ask<VersionedKey>(
      async (near, name) => near.lookUpKey(hash, name),
      async () => ({ version: NO_VERSION, record: await this.#stub().findKey(hash) }),
    );
  }

  #learnNews({ version, changed }: KeyChanges): void {
    // A version that goes back is of a control object that was made anew: what is known is of none of its versions.
    if (version < this.#version) {
      this.#known = new LruMap(KNOWN_KEYS_MAX);
      this.#unknown = new LruMap(UNKNOWN_KEYS_MAX);
    }
    if (changed === undefined) this.#since = version;
    else for (const hash of changed) this.#doubt(hash, version);
    this.#version = version;
  }

  /** It changed, at the latest with this version. What was known stays, for a guess and for `onError: "known"`. */
  #doubt(hash: string, version: number): void {
    for (const keys of [this.#known, this.#unknown]) {
      const known = keys.get(hash);
      if (known !== undefined && known.version < version)
        keys.set(hash, {
          ...known,
          version: NO_VERSION,
          askedMs: Math.min(known.askedMs, readClock() - KNOWN_MS_MAX),
        });
    }
  }

  #read(hash: string): KnownKey | undefined {
    return this.#known.get(hash) ?? this.#unknown.get(hash);
  }

  /** Answers may overtake each other: the one that was asked for later holds. */
  #remember(hash: string, { version, record }: VersionedKey, askedMs: number): void {
    const before = this.#read(hash);
    if (before !== undefined && before.askedMs > askedMs) return;
    const [to, from] = record === undefined ? [this.#unknown, this.#known] : [this.#known, this.#unknown];
    from.delete(hash);
    // News may have come since it was looked up.
    to.set(hash, { record, askedMs, version: version < this.#version ? NO_VERSION : version });
  }

  #stub(): ReturnType<Bindings["CONTROL"]["getByName"]> {
    return this.#namespace.getByName(CONTROL_NAME);
  }
}

const toSharedName = (hash: string): string => `key ${hash}`;
