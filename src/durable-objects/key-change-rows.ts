// Which API keys have changed, newest last. The rows are written by triggers of the tables that say what a key is, so no
// change of them can be left out.

import type { KeyChanges } from "../core/control/key-changes.ts";
import { FollowerRows } from "./follower-rows.ts";
import { type KeyDigits, toDigits } from "../core/control/key-filter.ts";
import type { Channel } from "./publisher.ts";

/** Older changes are forgotten: who asks since before them learns that it cannot know. */
const CHANGES_MAX = 1_000;

export class KeyChangeRows {
  readonly #sql: SqlStorage;
  readonly #followers: FollowerRows;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#followers = new FollowerRows(sql, "key_followers");
  }

  /** Grows with every change; 0: there has been none. */
  readVersion(): number {
    return this.#readBounds().version;
  }

  listSince(known: number): KeyChanges {
    const { version, first } = this.#readBounds();
    if (known === version) return { version, changed: [] };
    if (known < first - 1 || known > version) return { version, changed: undefined };
    const rows = this.#sql.exec<{ hash: string }>(
      "SELECT DISTINCT hash FROM key_changes WHERE version > ?",
      known,
    );
    return { version, changed: rows.toArray().map(({ hash }) => hash) };
  }

  /** From here on this follower is behind where it is not sent what changes. */
  follow(name: string, known: number): KeyChanges {
    const changes = this.listSince(known);
    this.#followers.record(name, changes.version);
    return changes;
  }

  toChannel(send: (name: string, changes: KeyChanges) => unknown): Channel {
    return {
      followers: this.#followers,
      readVersion: () => this.readVersion(),
      toSend:
        () =>
        ({ name, version }) =>
          send(name, this.listSince(version)),
    };
  }

  /** Of all keys there are. */
  listDigits(): KeyDigits {
    const rows = this.#sql.exec<{ hash: string }>("SELECT hash FROM key_hashes").toArray();
    return { version: this.readVersion(), digits: Uint32Array.from(rows, ({ hash }) => toDigits(hash)) };
  }

  forgetOldest(): void {
    this.#sql.exec("DELETE FROM key_changes WHERE version <= ?", this.readVersion() - CHANGES_MAX);
  }

  #readBounds(): { readonly version: number; readonly first: number } {
    return this.#sql
      .exec<{ version: number; first: number }>(
        "SELECT COALESCE(MAX(version), 0) AS version, COALESCE(MIN(version), 1) AS first FROM key_changes",
      )
      .one();
  }
}
