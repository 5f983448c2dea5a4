// Of the runs of a probe the worst is kept, and none that says nothing.

import { expect, test } from "vitest";
import { toWorst } from "../../../bench/compare/cell.ts";

test("toWorst() keeps the worst of three", () => {
  const runs = [1, 1.9, 1.2].map((badness) => ({ text: String(badness), badness }));
  expect(toWorst(runs).text).toBe("1.9");
});

test("toWorst() leaves out what is invalid, and says of how many runs it speaks", () => {
  const runs = [
    { text: "1", badness: 1 },
    { text: "9", badness: 9, invalid: "it was not well" },
  ];
  expect(toWorst(runs).text).toBe("1 (1 of 2 runs)");
});

test("toWorst() says why where no run is valid", () => {
  expect(toWorst([{ text: "9", badness: 9, invalid: "it was not well" }]).text).toBe(
    "invalid: it was not well",
  );
});
