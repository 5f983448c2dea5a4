// A table for the terminal: columns of one width, two spaces between them.

/** The first `texts` columns stand left, numbers after them right. Default: all are texts. */
export function alignColumns(rows: readonly (readonly string[])[], texts = Infinity): string {
  const columns = Math.max(0, ...rows.map(({ length }) => length));
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  const toLine = (row: readonly string[]): string =>
    row
      .map((cell, at) => (at < texts ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join("  ")
      .trimEnd();
  return rows.map(toLine).join("\n");
}
