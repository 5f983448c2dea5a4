// Which rows can run here: installs what is missing, and leaves out, with the reason, what cannot be had.

import type { Row } from "../measures/row.ts";
import { type Need, provide } from "./needs.ts";

export interface Chosen {
  readonly runnable: readonly Row[];
  /** Contenders, each with what it lacks. */
  readonly leftOut: readonly string[];
}

export function leaveOut(rows: readonly Row[]): Chosen {
  const needs = new Set(rows.flatMap(({ contender }) => contender.needs ?? []));
  const missing = new Set<Need>([...needs].filter((need) => !provide(need)));
  const lacking = ({ contender }: Row): readonly Need[] =>
    (contender.needs ?? []).filter((need) => missing.has(need));
  const leftOut = rows
    .filter((row) => lacking(row).length > 0)
    .map((row) => {
      const names = lacking(row).map(({ name }) => name);
      return `${row.contender.name} (${names.join(" and ")}: not found, and not installed)`;
    });
  return { runnable: rows.filter((row) => lacking(row).length === 0), leftOut: [...new Set(leftOut)] };
}
