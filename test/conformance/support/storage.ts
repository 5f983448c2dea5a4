// The counters on disk, as a failing disk or a passing hour would change them. The only place that looks behind HTTP: it
// knows that each counter object is a SQLite file and that the platform keeps alarms, and nothing of what is stored.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The rows of every table that the Worker made, over all counter objects under the folder. */
export function countRows(folder: string): number {
  return sumOverObjects(folder, (database) =>
    rowTablesOf(database).reduce((sum, table) => {
      const row = database.prepare(`SELECT count(*) AS count FROM "${table}"`).get();
      return sum + Number(row?.["count"]);
    }, 0),
  );
}

/**
 * Overwrites every text that is not part of a row's identity, as a damaged or foreign record: the texts by turns, one a
 * row. Gives how many rows there were. A busy object also has a journal, which has no row for a key.
 */
export function damageRows(folder: string, texts: readonly string[]): number {
  return sumOverObjects(folder, (database) =>
    rowTablesOf(database).reduce((sum, table) => sum + damageTable(database, table, texts), 0),
  );
}

/** Those with a row for each thing: a busy counter object's journal has none, and a stats object writes when it is time. */
function rowTablesOf(database: DatabaseSync): readonly string[] {
  return ownTablesOf(database).filter((table) => table !== "journal" && table !== "stats");
}

function damageTable(database: DatabaseSync, table: string, texts: readonly string[]): number {
  const columns = database.prepare(`PRAGMA table_info("${table}")`).all();
  const identity = columns.find(({ pk }) => pk === 1)?.["name"];
  const damaged = columns
    .filter(({ type, pk }) => type === "TEXT" && pk === 0)
    .map(({ name }) => `"${String(name)}" = $text`);
  const update = database.prepare(
    `UPDATE "${table}" SET ${damaged.join(", ")} WHERE "${String(identity)}" = $key`,
  );
  const rows = database.prepare(`SELECT "${String(identity)}" AS key FROM "${table}"`).all();
  for (const [at, { key = "" }] of rows.entries())
    update.run({ $text: texts[at % texts.length] ?? "", $key: key });
  return rows.length;
}

/** How many values the purge object has written. */
export function countPurgeWrites(folder: string): number {
  const objects = findObjects(folder).filter((path) => path.includes("PurgeObject"));
  if (objects.length === 0) throw new Error("no purge object was ever asked");
  return objects.reduce((sum, path) => sum + withDatabase(path, countValues), 0);
}

function countValues(database: DatabaseSync): number {
  const tables = database.prepare("SELECT count(*) AS count FROM sqlite_master WHERE name = '_cf_KV'").get();
  if (tables?.["count"] === 0) return 0;
  return Number(
    database.prepare("SELECT count(*) AS count FROM _cf_KV WHERE key = 'purges'").get()?.["count"],
  );
}

/** Lets every alarm that is set ring at the next start, as if its time had come. Gives how many there were. */
export function makeAlarmsDue(folder: string): number {
  const due = BigInt(Date.now() - 1_000) * 1_000_000n;
  // An object keeps the time of its alarm, and the scheduler of all objects keeps it too.
  sumOverObjects(folder, (database) =>
    Number(database.prepare("UPDATE _cf_METADATA SET value = ? WHERE key = 1").run(due).changes),
  );
  const scheduler = findDatabases(folder).filter(
    (path) => path.includes("CounterObject") && path.endsWith("metadata.sqlite"),
  );
  const update = "UPDATE _cf_ALARM SET scheduled_time = ?";
  return scheduler.reduce(
    (sum, path) => sum + withDatabase(path, (database) => Number(database.prepare(update).run(due).changes)),
    0,
  );
}

/** Makes every counter object under the folder fail at its next write. Gives what ends it. */
export function lockObjects(folder: string): () => void {
  const locked = findObjects(folder).map((path) => {
    const database = new DatabaseSync(path);
    database.exec("BEGIN EXCLUSIVE");
    return database;
  });
  return () => {
    for (const database of locked) {
      database.exec("ROLLBACK");
      database.close();
    }
  };
}

function findDatabases(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".sqlite")).map((file) => join(folder, file));
}

function findObjects(folder: string): readonly string[] {
  return findDatabases(folder).filter((path) => /[0-9a-f]{64}\.sqlite$/.test(path));
}

function sumOverObjects(folder: string, work: (database: DatabaseSync) => number): number {
  return findObjects(folder).reduce((sum, path) => sum + withDatabase(path, work), 0);
}

function withDatabase<T>(path: string, work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(path);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

function ownTablesOf(database: DatabaseSync): readonly string[] {
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  return tables.map(({ name }) => String(name)).filter((name) => !/^(_cf_|sqlite_)/.test(name));
}
