// The control object's tables (docs/storage-schema.md), made step by step: what an object has seen is in `migrations`.
// A step that is out is never changed; a new one is added.

const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE entries (
      seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, revision INTEGER NOT NULL,
      created_at_ms INTEGER NOT NULL, expires_at_ms INTEGER, body TEXT NOT NULL
    ) STRICT`,
    "CREATE INDEX entries_by_kind ON entries (kind, seq)",
    `CREATE TABLE key_hashes (
      hash TEXT PRIMARY KEY, key_seq INTEGER NOT NULL, prefix TEXT NOT NULL, expires_at_ms INTEGER
    ) STRICT, WITHOUT ROWID`,
    "CREATE INDEX key_hashes_by_key ON key_hashes (key_seq)",
    `CREATE TABLE configs (
      version INTEGER PRIMARY KEY, created_at_ms INTEGER NOT NULL, who TEXT NOT NULL, reason TEXT, document TEXT
    ) STRICT`,
    `CREATE TABLE audit (
      id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, who TEXT NOT NULL, address TEXT,
      action TEXT NOT NULL, target TEXT NOT NULL, before TEXT, after TEXT
    ) STRICT`,
    `CREATE TABLE repeats (
      name TEXT PRIMARY KEY, digest TEXT NOT NULL, seq INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`,
    "CREATE TABLE snapshot (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), version INTEGER NOT NULL) STRICT",
    "INSERT INTO snapshot VALUES (1, 0)",
  ],
  ["CREATE TABLE followers (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID"],
  ["ALTER TABLE configs ADD COLUMN file TEXT"],
  [
    "CREATE TABLE key_changes (version INTEGER PRIMARY KEY AUTOINCREMENT, hash TEXT NOT NULL) STRICT",
    "CREATE TABLE key_followers (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    `CREATE TRIGGER key_hash_made AFTER INSERT ON key_hashes BEGIN
      INSERT INTO key_changes (hash) VALUES (NEW.hash);
    END`,
    `CREATE TRIGGER key_hash_changed AFTER UPDATE ON key_hashes BEGIN
      INSERT INTO key_changes (hash) VALUES (NEW.hash);
    END`,
    `CREATE TRIGGER key_hash_deleted AFTER DELETE ON key_hashes BEGIN
      INSERT INTO key_changes (hash) VALUES (OLD.hash);
    END`,
    `CREATE TRIGGER key_changed AFTER UPDATE ON entries WHEN NEW.kind = 'keys' BEGIN
      INSERT INTO key_changes (hash) SELECT hash FROM key_hashes WHERE key_seq = NEW.seq;
    END`,
  ],
  ["CREATE INDEX keys_by_consumer ON entries (json_extract(body, '$.consumer')) WHERE kind = 'keys'"],
];

export function migrate(storage: DurableObjectStorage, nowMs: number): void {
  const { sql } = storage;
  sql.exec(
    "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, applied_at_ms INTEGER NOT NULL) STRICT",
  );
  const { done } = sql
    .exec<{ done: number }>("SELECT COALESCE(MAX(version), 0) AS done FROM migrations")
    .one();
  for (const [index, statements] of MIGRATIONS.entries()) {
    if (index < done) continue;
    storage.transactionSync(() => {
      for (const statement of statements) sql.exec(statement);
      sql.exec("INSERT INTO migrations VALUES (?, ?)", index + 1, nowMs);
    });
  }
}
