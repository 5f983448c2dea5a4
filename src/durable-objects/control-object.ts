// The Durable Object of what an operator changes at run time: one for the whole deployment. Every change is one
// transaction with its line of the audit log; gateways read the whole of it, every few seconds, when it is newer.

import { DurableObject } from "cloudflare:workers";
import type { KeyRecord } from "../core/keys/key-record.ts";
import {
  type AccessEntry,
  type Ban,
  type Entry,
  type EntryBody,
  type EntryKind,
  isShared,
  type Override,
} from "../core/control/entries.ts";
import type {
  AuditEntry,
  Audited,
  Changed,
  ChangeFailure,
  Changer,
  ConfigChange,
  ConfigVersion,
  Created,
  Creation,
  EntryChange,
  Imported,
  ImportedKey,
  KeyFilter,
  OwnKeyChange,
  OwnEntries,
  OwnKeyChanged,
  Page,
  PageRequest,
  Rotation,
} from "../core/control/control-messages.ts";
import type { KeyChanges, VersionedKey } from "../core/control/key-changes.ts";
import type { TokenRecord } from "../core/control/token-scopes.ts";
import type { Snapshot } from "../core/control/snapshot.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Bindings, ControlRpc } from "../platform/bindings.ts";
import { AuditRows } from "./audit-rows.ts";
import { ConfigRows } from "./config-rows.ts";
import { migrate } from "./control-migrations.ts";
import { EntryRows, toSeq } from "./entry-rows.ts";
import { FollowerRows } from "./follower-rows.ts";
import { KeyChangeRows } from "./key-change-rows.ts";
import type { KeyDigits } from "../core/control/key-filter.ts";
import { Publisher } from "./publisher.ts";
import { RepeatRows } from "./repeat-rows.ts";
import { create, importKeys, type KeyRows, put, rotate } from "./change-entries.ts";
import { changeOwnKey, OWN_KEYS_SHOWN } from "./change-own-key.ts";
import { toAudited } from "./to-audited.ts";

export class ControlObject extends DurableObject<Bindings> implements ControlRpc {
  readonly #entries: EntryRows;
  readonly #configs: ConfigRows;
  readonly #audit: AuditRows;
  readonly #repeats: RepeatRows;
  readonly #keyChanges: KeyChangeRows;
  readonly #followers: FollowerRows;
  readonly #publisher: Publisher;

  constructor(context: DurableObjectState, env: Bindings) {
    super(context, env);
    const { storage } = context;
    migrate(storage, Date.now());
    this.#entries = new EntryRows(storage.sql);
    this.#configs = new ConfigRows(storage.sql);
    this.#audit = new AuditRows(storage.sql);
    this.#repeats = new RepeatRows(storage.sql);
    this.#keyChanges = new KeyChangeRows(storage.sql);
    this.#followers = new FollowerRows(storage.sql, "followers");
    this.#publisher = new Publisher(storage, [
      {
        followers: this.#followers,
        readVersion: () => this.#readVersion(),
        toSend: () => {
          const snapshot = this.#readSnapshot();
          return ({ name }) => env.SNAPSHOTS.getByName(name).putSnapshot(snapshot);
        },
      },
      this.#keyChanges.toChannel((name, changes) => env.SNAPSHOTS.getByName(name).putKeyChanges(changes)),
    ]);
  }

  findKey(hash: string): KeyRecord | undefined {
    return this.#entries.findKey(hash, Date.now());
  }

  /** The same as of which version, which the follower of changes wants to know. */
  lookUpKey(hash: string): VersionedKey {
    return { version: this.#keyChanges.readVersion(), record: this.#entries.findKey(hash, Date.now()) };
  }

  readKeyChanges(known: number): KeyChanges {
    return this.#keyChanges.listSince(known);
  }

  listKeyDigits(): KeyDigits {
    return this.#keyChanges.listDigits();
  }

  /** What has changed since, and from here on every change is sent to the snapshot object of this name. */
  followKeys(name: string, known: number): KeyChanges {
    return this.#keyChanges.follow(name, known);
  }

  findToken(hash: string): TokenRecord | undefined {
    return this.#entries.findToken(hash, Date.now());
  }

  /** undefined: nothing is newer than what the caller knows. */
  readSnapshot(knownVersion: number): Snapshot | undefined {
    return this.#readVersion() === knownVersion ? undefined : this.#readSnapshot();
  }

  /** The snapshot, and from here on every newer one is sent to the snapshot object of this name. */
  follow(name: string): Snapshot {
    const snapshot = this.#readSnapshot();
    this.#followers.record(name, snapshot.version);
    return snapshot;
  }

  /** Some follower did not have the newest snapshot. */
  override async alarm(): Promise<void> {
    await this.#publisher.publish();
  }

  #readSnapshot(): Snapshot {
    const version = this.#readVersion();
    const { version: configVersion, document, file } = this.#configs.readLatest();
    return {
      version,
      config: { version: configVersion, document, file },
      overrides: this.#entries.listAll("overrides") as readonly Override[],
      bans: this.#entries.listAll("bans") as readonly Ban[],
      access: this.#entries.listAll("access") as readonly AccessEntry[],
    };
  }

  readEntry(kind: EntryKind, id: string): Entry | undefined {
    const seq = toSeq(kind, id);
    return seq === undefined ? undefined : this.#entries.read(kind, seq);
  }

  listEntries(kind: EntryKind, page: PageRequest): Page<Entry> {
    return this.#entries.list(kind, page);
  }

  findKeys(filter: KeyFilter, page: PageRequest): Page<Entry> {
    return this.#entries.findKeys(filter, page);
  }

  createEntry(creation: Creation, by: Changer): Promise<Changed<Created>> {
    const { kind, repeatable } = creation;
    return this.#change(kind, (nowMs): Changed<Created> => {
      const before = repeatable === undefined ? undefined : this.#repeats.find(repeatable, nowMs);
      if (before === "differs") return err("repeat-differs");
      if (before !== undefined) {
        const entry = this.#entries.read(kind, before);
        return entry === undefined ? err("not-found") : ok({ entry, isRepeat: true });
      }
      const made = create(this.#rows, creation, { by, nowMs });
      if (!made.ok) return made;
      const { seq, entry } = made.value;
      if (repeatable !== undefined) this.#repeats.insert(repeatable, seq, nowMs);
      return ok({ entry, isRepeat: false });
    });
  }

  replaceEntry(change: EntryChange, body: EntryBody, by: Changer): Promise<Changed<Entry>> {
    return this.#changeEntry(change, (seq, before, nowMs) => {
      if (this.#entries.isTaken(body, seq)) return err("name-taken");
      return ok(put(this.#rows, change.kind, { seq, before, body }, { by, nowMs }));
    });
  }

  deleteEntry(change: EntryChange, by: Changer): Promise<Changed<Entry>> {
    return this.#changeEntry(change, (seq, before, nowMs) => {
      this.#entries.delete(change.kind, seq);
      this.#audit.insert(toAudited(`${change.kind}.delete`, before.id, { before }), by, nowMs);
      return ok(before);
    });
  }

  rotateKey({ id, seen, secret, overlapMs }: Rotation, by: Changer): Promise<Changed<Entry>> {
    return this.#changeEntry({ kind: "keys", id, seen }, (seq, before, nowMs) => {
      if (!("metadata" in before)) return ok(before);
      return ok(rotate(this.#rows, { seq, before, secret, untilMs: nowMs + overlapMs }, { by, nowMs }));
    });
  }

  listOwn(consumer: string): OwnEntries {
    const keys = this.#entries.listKeysOf(consumer, OWN_KEYS_SHOWN);
    return { keys, requests: this.#entries.listRequestsOf(consumer) };
  }

  /** A change of a consumer's own keys, with one of them. */
  async changeOwnKey(change: OwnKeyChange, by: Changer): Promise<OwnKeyChanged> {
    return await this.#change("keys", (nowMs) => changeOwnKey(this.#rows, change, { by, nowMs }));
  }

  /** Each by itself, in their order. A text that is a key already stays what it is. */
  importKeys(keys: readonly ImportedKey[], by: Changer): Promise<Changed<readonly Imported[]>> {
    return this.#change("keys", (nowMs) => ok(importKeys(this.#rows, keys, { by, nowMs })));
  }

  readConfig(version?: number): ConfigVersion | undefined {
    return version === undefined ? this.#configs.readLatest() : this.#configs.read(version);
  }

  listConfigs(page: PageRequest): Page<ConfigVersion> {
    return this.#configs.list(page);
  }

  putConfig(
    { document, file, reason, seen, changes }: ConfigChange,
    by: Changer,
  ): Promise<Changed<ConfigVersion>> {
    return this.#change("config", (nowMs) => {
      const { version: before } = this.#configs.readLatest();
      if (seen !== undefined && seen !== before) return err("stale");
      const version = { version: before + 1, createdAtMs: nowMs, who: by.who, reason, document, file };
      this.#configs.insert(version);
      const values = { before: { version: before }, after: { version: version.version, reason, changes } };
      this.#audit.insert(toAudited("config.put", "config", values), by, nowMs);
      return ok(version);
    });
  }

  /** Takes down what changed something outside this object. */
  recordAction(action: Audited, by: Changer): void {
    this.#audit.insert(action, by, Date.now());
  }

  listAudit(page: PageRequest): Page<AuditEntry> {
    return this.#audit.list(page);
  }

  #changeEntry(
    asked: EntryChange,
    change: (seq: number, before: Entry, nowMs: number) => Changed<Entry>,
  ): Promise<Changed<Entry>> {
    return this.#change(asked.kind, (nowMs) => {
      const found = this.#entries.find(asked);
      return found.ok ? change(found.value.seq, found.value.before, nowMs) : found;
    });
  }

  /**
   * All or nothing, and a newer snapshot where gateways decide by it, which followers have before the operator has an
   * answer. Gateways ask for keys one by one.
   */
  async #change<Value, Failure = ChangeFailure>(
    what: EntryKind | "config",
    change: (nowMs: number) => Result<Value, Failure>,
  ): Promise<Result<Value, Failure>> {
    const isOfSnapshot = what === "config" || isShared(what);
    const changed = this.ctx.storage.transactionSync(() => {
      const nowMs = Date.now();
      this.#entries.deleteExpired(nowMs);
      const made = change(nowMs);
      if (what === "keys") this.#keyChanges.forgetOldest();
      if (made.ok && isOfSnapshot) this.ctx.storage.sql.exec("UPDATE snapshot SET version = version + 1");
      return made;
    });
    if (changed.ok) await this.#publisher.publish();
    return changed;
  }

  get #rows(): KeyRows {
    return { entries: this.#entries, audit: this.#audit };
  }

  #readVersion(): number {
    return this.ctx.storage.sql.exec<{ version: number }>("SELECT version FROM snapshot").one().version;
  }
}
