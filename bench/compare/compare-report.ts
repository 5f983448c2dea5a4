// The comparison as two tables: one line a subject for who is in a hurry, and every probe of every subject.

import { alignTable } from "../report/align-table.ts";
import type { Compared } from "./run-compare.ts";

/** What the short table has, by the names of probes. */
const SHORT: readonly (readonly [probe: string, head: string])[] = [
  ["window-10", "worst window / limit"],
  ["two-processes", "two processes, limit 100"],
  ["hammered", "refusals are free"],
  ["other-limit", "two limits, none half taken (17)"],
  ["retry-after", "Retry-After true; a second earlier"],
  ["one-network", "one /64, one counter"],
  ["store-fails", "store ended; hanging (3)"],
  ["killed", "given back by a kill"],
];

export function toShortTable(compared: readonly Compared[]): string {
  const heads = SHORT.filter(([name]) =>
    compared.some(({ cells }) => cells.some(({ probe }) => probe.name === name)),
  );
  const lines = compared.map(({ subject, cells }) => [
    subject.title,
    subject.algorithm,
    ...heads.map(([name]) => cells.find(({ probe }) => probe.name === name)?.cell.text ?? "-"),
  ]);
  return alignTable([["limiter", "algorithm", ...heads.map(([, head]) => head)], ...lines], {
    names: 2 + heads.length,
  });
}

export function toLongTables(compared: readonly Compared[]): string {
  const probes = compared[0]?.cells.map(({ probe }) => probe) ?? [];
  return probes
    .map((probe) => {
      const lines = compared.map(({ subject, cells }) => [
        subject.title,
        cells.find((found) => found.probe.name === probe.name)?.cell.text ?? "-",
        `\`${subject.settings}\``,
      ]);
      const table = alignTable([["limiter", "found", "settings"], ...lines], { names: 3 });
      return `### ${probe.title}\n\n${probe.explanation}\n\n${table}`;
    })
    .join("\n\n");
}
