// Tables, which everything on the page has.

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";

export interface TableProps {
  /** Said to screen readers, and not shown. */
  readonly caption: string;
  readonly head: readonly ComponentChildren[];
  readonly rows: readonly (readonly ComponentChildren[])[];
  /** Columns of words, by their place; the first always is one, and all others hold figures. */
  readonly words?: readonly number[];
  /** Where there are no rows. */
  readonly empty?: string;
}

export function Table({ caption, head, rows, words = [], empty = "Nothing yet." }: TableProps): JSX.Element {
  const toClass = (at: number): string => (words.includes(at) ? "text" : "");
  if (rows.length === 0) return <p class="empty">{empty}</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {head.map((cell, at) =>
              // Of bars, which say what the figures beside them say.
              cell === "" ? (
                <td key={at} />
              ) : (
                <th key={at} scope="col" class={toClass(at)}>
                  {cell}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, column) =>
                column === 0 ? (
                  <th key={column} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={column} class={toClass(column)}>
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A chart's figures as a table, made when it is opened. */
export function TableSwitch({
  rows,
  ...table
}: Omit<TableProps, "rows"> & { readonly rows: () => TableProps["rows"] }): JSX.Element {
  const [isOpen, open] = useState(false);
  return (
    <details onToggle={(event) => open(event.currentTarget.open)}>
      <summary>
        Table<span class="said"> of {table.caption}</span>
      </summary>
      {isOpen ? <Table {...table} rows={rows()} /> : undefined}
    </details>
  );
}
