import { expect, test } from "vitest";
import { toDollars } from "../../../bench/measures/to-dollars.ts";

test.each([
  ["nothing but the request", undefined, 0.3],
  ["a call for each", { calls: 1_000, rowsWritten: 0 }, 0.45],
  ["a call and a row for each", { calls: 1_000, rowsWritten: 1_000 }, 1.45],
  ["a call in a hundred and a row in a thousand", { calls: 10, rowsWritten: 1 }, 0.3025],
  ["calls of what has no rows", { calls: 1_000, rowsWritten: undefined }, 0.45],
])("toDollars() of a million requests with %s", (_what, use, dollars) => {
  expect(toDollars(use)).toBeCloseTo(dollars, 9);
});
