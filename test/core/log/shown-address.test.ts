import { expect, it } from "vitest";
import { toShownAddress } from "../../../src/core/log/shown-address.ts";

it.each([
  ["203.0.113.77", "203.0.113.0"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1::"],
  ["::ffff:203.0.113.77", "::ffff:cb00:7100"],
  ["::1", "::"],
  ["no address", undefined],
  [undefined, undefined],
])("toShownAddress() cuts %s to %s", (address, shown) => {
  expect(toShownAddress(address, "truncated")).toBe(shown);
});

it("toShownAddress() shows all or nothing where that is wanted", () => {
  expect(toShownAddress("203.0.113.77", "full")).toBe("203.0.113.77");
  expect(toShownAddress("203.0.113.77", "none")).toBeUndefined();
});
