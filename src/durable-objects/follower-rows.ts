// The snapshot objects that follow the control object, with the version that each is known to have.

export class FollowerRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** It has this version. A newer one that it is known to have stays. */
  record(name: string, version: number): void {
    this.#sql.exec(
      "INSERT INTO followers VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET version = MAX(version, excluded.version)",
      name,
      version,
    );
  }

  listBehind(version: number): readonly string[] {
    const rows = this.#sql.exec<{ name: string }>("SELECT name FROM followers WHERE version < ?", version);
    return rows.toArray().map(({ name }) => name);
  }
}
