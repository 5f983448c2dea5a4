import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCsv } from "../../../src/cli/headgate/parse-csv.ts";

test.each<[string, readonly (readonly string[])[]]>([
  ["", []],
  [
    "a,b\n1,2\n",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    "a,b\r\n1,2",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  ["a,,c\n", [["a", "", "c"]]],
  ["a,\n", [["a", ""]]],
  ["a,", [["a", ""]]],
  ["\n\na\n\n", [["a"]]],
  [
    '"a,1","say ""hi""","two\nlines"\nx,y,z',
    [
      ["a,1", 'say "hi"', "two\nlines"],
      ["x", "y", "z"],
    ],
  ],
  ['"open,1\n2', [['"open', "1"], ["2"]]],
  ['"a"b,c\nd', [['"a"b', "c"], ["d"]]],
])("parseCsv(%j)", (content, wanted) => {
  expect(parseCsv(content).map(({ cells }) => cells)).toEqual(wanted);
});

test("parseCsv() says on which line a row begins", () => {
  expect(parseCsv('a\n\n"b\nc",1\nd\n').map(({ line }) => line)).toEqual([1, 3, 5]);
});

test("parseCsv() reads back what RFC 4180 writes", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", "\r", " ", "ü") });
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 }), (rows) => {
      const written = rows
        .map((cells) => cells.map((one) => `"${one.replaceAll('"', '""')}"`).join(","))
        .join("\n");
      expect(parseCsv(written).map(({ cells }) => cells)).toEqual(rows);
    }),
  );
});

test("parseCsv() ends, whatever it is given", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", "\r") }), (content) => {
      expect(parseCsv(content).length).toBeLessThanOrEqual(content.length);
    }),
  );
});
