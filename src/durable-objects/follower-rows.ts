// The snapshot objects that follow a part of the control object, with the version that each is known to have.

/** Each part has a table of its own. */
export type FollowerTable = "followers" | "key_followers";

export interface Follower {
  readonly name: string;
  readonly version: number;
}

export class FollowerRows {
  readonly #sql: SqlStorage;
  readonly #table: FollowerTable;

  constructor(sql: SqlStorage, table: FollowerTable) {
    this.#sql = sql;
    this.#table = table;
  }

  /** It has this version. A newer one that it is known to have stays. */
  record(name: string, version: number): void {
    this.#sql.exec(
      `INSERT INTO ${this.#table} VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET version = MAX(version, excluded.version)`,
      name,
      version,
    );
  }

  listBehind(version: number): readonly Follower[] {
    return this.#sql
      .exec<{ name: string; version: number }>(
        `SELECT name, version FROM ${this.#table} WHERE version < ?`,
        version,
      )
      .toArray();
  }
}
