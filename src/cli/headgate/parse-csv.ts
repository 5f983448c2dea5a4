// Parses CSV (RFC 4180): commas, quotes, line ends of any kind.

export interface CsvRow {
  /** The line that it begins on, as an editor counts them. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A cell in quotes, or without; and what ends it. */
const CELL = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r\n|\n|\r|$)/y;

/** Empty lines are none. A quote that nothing ends is a character. */
export function parseCsv(content: string): readonly CsvRow[] {
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let line = 1;
  let first = 1;
  CELL.lastIndex = 0;
  while (CELL.lastIndex < content.length) {
    // What is no cell in quotes is one without.
    const found = CELL.exec(content);
    if (found === null) break;
    const [whole, quoted, plain = "", ending] = found;
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    line += whole.match(/\r\n|\n|\r/g)?.length ?? 0;
    if (ending === ",") continue;
    if (cells.length > 1 || cells[0] !== "") rows.push({ line: first, cells });
    cells = [];
    first = line;
  }
  if (cells.length > 0) rows.push({ line: first, cells: [...cells, ""] });
  return rows;
}
