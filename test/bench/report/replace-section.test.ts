import { expect, test } from "vitest";
import { replaceSection } from "../../../bench/report/replace-section.ts";

const DOCUMENT =
  "Head\n\n<!-- one:begin -->\nold\n<!-- one:end -->\n\n<!-- two:begin --><!-- two:end -->\nFoot\n";

test("replaceSection() leaves everything else, and does the same twice", () => {
  const written = replaceSection(DOCUMENT, { name: "one", body: "\n$& new $1\n" });
  expect(written).toBe(DOCUMENT.replace("\nold\n", () => "\n\n$& new $1\n\n"));
  expect(replaceSection(written, { name: "one", body: "$& new $1" })).toBe(written);
});

test.each([
  ["that is not there", DOCUMENT, "three"],
  ["without an end", "<!-- one:begin -->\n", "one"],
  ["that ends before it begins", "<!-- one:end --><!-- one:begin -->", "one"],
])("replaceSection() refuses a section %s", (_what, document, name) => {
  expect(() => replaceSection(document, { name, body: "new" })).toThrow(`Cannot write section "${name}"`);
});
