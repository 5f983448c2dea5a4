// A table that reads as well in a terminal as in Markdown.

/** The first line is the head. The first `names` columns are to the left, figures to the right. */
export function alignTable(
  lines: readonly (readonly string[])[],
  { names }: { readonly names: number },
): string {
  const [first = []] = lines;
  const widths = first.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  const pad = (cell: string, index: number): string => {
    const width = widths[index] ?? 0;
    return index < names ? cell.padEnd(width) : cell.padStart(width);
  };
  const toRule = (width: number, index: number): string =>
    index < names ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`;
  const [head = "", ...body] = lines.map((line) => `| ${line.map(pad).join(" | ")} |`);
  return [head, `|${widths.map(toRule).join("|")}|`, ...body].join("\n");
}
