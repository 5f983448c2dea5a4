import { expect, test } from "vitest";
import { summarize } from "../../../bench/measures/summarize.ts";
import { toTable } from "../../../bench/report/table.ts";
import { type Sample, toRow } from "../sample-turns.ts";

/** Column -> cell, of the one row. */
function readCells(sample: Sample): Readonly<Record<string, string>> {
  const [head = [], , row = []] = toTable(summarize([toRow(sample)]))
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()));
  return Object.fromEntries(head.map((title, index) => [title, row[index] ?? ""]));
}

test("toTable() marks requests per second that are not the server's own limit", () => {
  expect(readCells({ contender: "bare", turns: [{ busy: 0.9 }] })["requests/s"]).toBe("5,000");
  expect(readCells({ contender: "bare", turns: [{ busy: 0.89 }] })["requests/s"]).toBe(">= 5,000");
});

test("toTable() shows what a peer admits above its limit", () => {
  const cells = readCells({
    contender: "upstash",
    workload: "flood",
    turns: [
      {
        outcomes: [
          new Map([
            [200, 37],
            [429, 63],
          ]),
        ],
        admitted: 37,
        allowed: 30,
        excess: 7,
      },
    ],
    use: { calls: 1_000, rowsWritten: undefined },
  });
  expect(cells).toMatchObject({
    "admitted/allowed": "37/30",
    over: "7",
    "calls/1,000": "1000",
    "rows/1,000": "-",
    "$/million": "-",
  });
});

test("toTable() is as wide in every line", () => {
  const lines = toTable(summarize([toRow({ contender: "bare" }), toRow({ contender: "nginx" })])).split("\n");
  expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
});
