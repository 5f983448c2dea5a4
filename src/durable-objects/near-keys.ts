// What a snapshot object knows of API keys: those that its continent uses, as the control object has them. It is sent which
// keys change, and forgets them; while it is asked it also looks by itself. What it was told long ago is confirmed first.

import {
  addKeyChanges,
  type KeyChanges,
  type KeyHistory,
  startKeyHistory,
  toKeyChanges,
  type VersionedKey,
} from "../core/control/key-changes.ts";
import type { KeyRecord } from "../core/keys/key-record.ts";
import { type Bindings, CONTROL_NAME } from "../platform/bindings.ts";
import { createKeyFilter, type KeyFilter } from "../core/control/key-filter.ts";
import { Heard, inTime, soonEnough } from "./heard.ts";

/** While it is asked, it looks for what was not sent after this long. */
const CHECK_MS = 2_000;
const KEYS_MAX = 10_000;
/** So many keys that nobody has make it worth knowing all that somebody has. */
const STRANGERS = 10;
const HISTORY_KEY = "key-history";

export class NearKeys {
  readonly #context: DurableObjectState;
  readonly #namespace: Bindings["CONTROL"];
  readonly #heard: Heard;
  #history: KeyHistory | undefined;
  #checkedMs = 0;
  #following: Promise<KeyHistory> | undefined;
  #count: number | undefined;
  /** undefined until enough strangers have come. */
  #filter: KeyFilter | undefined;
  /** Keys that were looked up in vain. */
  #strangers = 0;

  constructor(context: DurableObjectState, { CONTROL }: Pick<Bindings, "CONTROL">) {
    this.#context = context;
    this.#namespace = CONTROL;
    const { kv } = context.storage;
    this.#heard = new Heard(kv, "keys-heard");
    this.#history = kv.get<KeyHistory>(HISTORY_KEY);
  }

  /** Which keys have changed. Rejects where it cannot know. `place` names this object. */
  async readChanges(known: number, place: string): Promise<KeyChanges> {
    return toKeyChanges(await this.#know(place), known);
  }

  /** Whose a key is. What nobody near has asked for is looked up in the control object. */
  async lookUp(hash: string, place: string): Promise<VersionedKey> {
    const { version } = await this.#know(place);
    const record = this.#find(hash);
    if (record !== undefined) return { version, record };
    if (this.#filter !== undefined && !this.#filter.mayHave(hash)) return { version, record: undefined };
    const found = structuredClone({ ...(await this.#stub().lookUpKey(hash)) });
    // What has changed here since it was asked may be this key.
    if (found.record === undefined) this.#countStranger();
    else if (found.version >= (this.#history?.version ?? Infinity)) this.#keep(hash, found.record);
    return found;
  }

  /** Where nobody's keys are shown again and again, all that there are are listed once. */
  #countStranger(): void {
    this.#strangers += 1;
    if (this.#filter !== undefined || this.#strangers % STRANGERS !== 0) return;
    this.#context.waitUntil(this.#listKeys());
  }

  async #listKeys(): Promise<void> {
    try {
      const listed = await this.#stub().listKeyDigits();
      if (this.#history !== undefined) this.#filter = createKeyFilter(listed, this.#history);
    } catch {
      // The next strangers try again.
    }
  }

  /** From the control object: what changed since it last sent anything. */
  put(changes: KeyChanges): void {
    this.#hear(Date.now(), changes);
  }

  /** The control object does not answer: what could be revoked meanwhile is not known for long. */
  doubt(): void {
    this.#heard.doubt();
  }

  async #know(place: string): Promise<KeyHistory> {
    const trusted = this.#heard.isTrusted(Date.now()) ? this.#history : undefined;
    const known = trusted ?? (await soonEnough((this.#following ??= this.#follow(place))));
    if (Date.now() - this.#checkedMs >= CHECK_MS) this.#context.waitUntil(this.#check(known.version));
    return known;
  }

  /** From here on the control object sends every change. */
  async #follow(place: string): Promise<KeyHistory> {
    const askedMs = Date.now();
    this.#checkedMs = askedMs;
    try {
      return this.#hear(askedMs, await this.#stub().followKeys(place, this.#history?.version ?? -1));
    } catch (error) {
      this.#heard.doubt();
      throw error;
    } finally {
      this.#following = undefined;
    }
  }

  async #check(version: number): Promise<void> {
    const askedMs = Date.now();
    this.#checkedMs = askedMs;
    try {
      this.#hear(askedMs, await inTime(Promise.resolve(this.#stub().readKeyChanges(version))));
    } catch {
      this.#heard.doubt();
    }
  }

  #hear(askedMs: number, { version, changed }: KeyChanges): KeyHistory {
    const before = this.#history;
    // A version that goes back is of a control object that was made anew: nothing that is known is of it.
    const isAnew = before === undefined || (changed === undefined && version < before.version);
    const history = isAnew
      ? startKeyHistory(version)
      : addKeyChanges(before, { version, changed: changed && [...changed] });
    if (history !== before) {
      if (isAnew || changed === undefined) this.#filter = undefined;
      else this.#filter?.add({ changed });
      this.#forget(isAnew ? undefined : changed);
      this.#history = history;
      this.#context.storage.kv.put(HISTORY_KEY, history);
    }
    this.#heard.note(askedMs);
    return history;
  }

  #find(hash: string): KeyRecord | undefined {
    const [row] = this.#exec<{ body: string }>("SELECT body FROM near_keys WHERE hash = ?", hash);
    return row === undefined ? undefined : (JSON.parse(row.body) as KeyRecord);
  }

  #keep(hash: string, record: KeyRecord): void {
    this.#exec("INSERT OR REPLACE INTO near_keys VALUES (?, ?)", hash, JSON.stringify(record));
    this.#count ??= this.#exec<{ rows: number }>("SELECT COUNT(*) AS rows FROM near_keys")[0]?.rows ?? 0;
    this.#count += 1;
    if (this.#count <= KEYS_MAX) return;
    // Those that were kept first: whoever is used comes back.
    this.#exec(
      "DELETE FROM near_keys WHERE rowid IN (SELECT rowid FROM near_keys ORDER BY rowid LIMIT 1000)",
    );
    this.#count = undefined;
  }

  /** undefined: all. */
  #forget(changed: readonly string[] | undefined): void {
    if (changed === undefined) this.#exec("DELETE FROM near_keys");
    else for (const hash of changed) this.#exec("DELETE FROM near_keys WHERE hash = ?", hash);
    this.#count = undefined;
  }

  #exec<Row extends Record<string, SqlStorageValue>>(query: string, ...values: readonly string[]): Row[] {
    const { sql } = this.#context.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS near_keys (hash TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT");
    return sql.exec<Row>(query, ...values).toArray();
  }

  #stub(): ReturnType<Bindings["CONTROL"]["getByName"]> {
    return this.#namespace.getByName(CONTROL_NAME);
  }
}
