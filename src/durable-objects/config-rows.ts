// The versions of the configuration as rows, the newest active. Version 0 is the deployed file and is no row.

import type { ConfigVersion, Page, PageRequest } from "../core/control/control-messages.ts";

/** Versions that are kept: the oldest go first, never the active one. */
const VERSIONS_MAX = 100;

interface ConfigRow extends Record<string, SqlStorageValue> {
  version: number;
  created_at_ms: number;
  who: string;
  reason: string | null;
  document: string | null;
  file: string | null;
}

const FILE: ConfigVersion = {
  version: 0,
  createdAtMs: 0,
  who: "deploy",
  reason: undefined,
  document: undefined,
  file: undefined,
};

export class ConfigRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  readLatest(): ConfigVersion {
    return this.#readOne("SELECT * FROM configs ORDER BY version DESC LIMIT 1") ?? FILE;
  }

  read(version: number): ConfigVersion | undefined {
    return version === 0 ? FILE : this.#readOne("SELECT * FROM configs WHERE version = ?", version);
  }

  /** Newest first. `after` is the version that the page before ended with, 0 for the first page. */
  list({ after, most }: PageRequest): Page<ConfigVersion> {
    const below = after === 0 ? Number.MAX_SAFE_INTEGER : after;
    const rows = this.#sql
      .exec<ConfigRow>(
        "SELECT version, created_at_ms, who, reason, NULL AS document, NULL AS file FROM configs WHERE version < ? ORDER BY version DESC LIMIT ?",
        below,
        most + 1,
      )
      .toArray();
    const shown = rows.slice(0, most);
    return { items: shown.map(toVersion), next: rows.length > most ? shown.at(-1)?.version : undefined };
  }

  insert({ version, createdAtMs, who, reason, document, file }: ConfigVersion): void {
    this.#sql.exec(
      "INSERT INTO configs VALUES (?, ?, ?, ?, ?, ?)",
      version,
      createdAtMs,
      who,
      reason ?? null,
      document ?? null,
      file ?? null,
    );
    this.#sql.exec("DELETE FROM configs WHERE version <= ?", version - VERSIONS_MAX);
  }

  #readOne(query: string, ...values: readonly number[]): ConfigVersion | undefined {
    const [row] = this.#sql.exec<ConfigRow>(query, ...values).toArray();
    return row === undefined ? undefined : toVersion(row);
  }
}

function toVersion(row: ConfigRow): ConfigVersion {
  const { version, created_at_ms: createdAtMs, who, reason, document, file } = row;
  return {
    version,
    createdAtMs,
    who,
    reason: reason ?? undefined,
    document: document ?? undefined,
    file: file ?? undefined,
  };
}
