import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isNetwork } from "../../../src/core/access/address-map.ts";
import { AddressSet } from "../../../src/core/access/address-set.ts";

describe("isNetwork()", () => {
  test.each([
    "192.0.2.0/24",
    "192.0.2.1",
    "0.0.0.0/0",
    "10.0.0.1/32",
    "2001:db8::/32",
    "::/0",
    "2001:db8::1",
    "::ffff:10.0.0.0/104",
    "::ffff:10.0.0.1",
  ])("takes %s", (text) => {
    expect(isNetwork(text)).toBe(true);
  });

  test.each([
    "",
    "/8",
    "10.0.0.0/",
    "10.0.0.0/33",
    "10.0.0.1/8",
    "010.0.0.0/8",
    "10.0/16",
    "10.0.0.0/8/8",
    "10.0.0.0/-1",
    "2001:db8::/129",
    "2001:db8::1/64",
    "[2001:db8::]/32",
    "fe80::%eth0/10",
    "::ffff:10.0.0.0/95",
    "*",
  ])("refuses %j", (text) => {
    expect(isNetwork(text)).toBe(false);
  });
});

describe("AddressSet", () => {
  test.each([
    ["10.0.0.0/8", "10.255.255.255", true],
    ["10.0.0.0/8", "11.0.0.0", false],
    ["10.0.0.0/8", "::ffff:10.1.2.3", true],
    ["::ffff:10.0.0.0/104", "10.1.2.3", true],
    ["0.0.0.0/0", "192.0.2.1", true],
    ["0.0.0.0/0", "2001:db8::1", false],
    ["::/0", "192.0.2.1", false],
    ["::/0", "2001:db8::1", true],
    ["2001:db8::/32", "2001:DB8:ffff::1", true],
    ["2001:db8::/32", "2001:db9::1", false],
    ["2001:db8::1", "2001:db8:0:0:0:0:0:1", true],
    ["10.0.0.0/8", "not an address", false],
    ["10.0.0.0/8", "10.0.0.1:80", false],
  ])("of %s has %s: %s", (network, address, wanted) => {
    expect(new AddressSet([network]).has(address)).toBe(wanted);
  });

  test("has no unknown address", () => {
    expect(new AddressSet(["0.0.0.0/0", "::/0"]).has(undefined)).toBe(false);
  });

  test("says what comparing bit by bit says", () => {
    const toBinary = (address: string): string =>
      address
        .split(".")
        .map((part) => Number(part).toString(2).padStart(8, "0"))
        .join("");
    const address = fc.ipV4();
    const network = fc.tuple(address, fc.integer({ min: 0, max: 32 }));
    fc.assert(
      fc.property(fc.array(network, { maxLength: 5 }), address, (networks, asked) => {
        const texts = networks.map(([given, prefix]) => {
          const bits = toBinary(given).slice(0, prefix).padEnd(32, "0");
          const parts = [0, 8, 16, 24].map((at) => Number.parseInt(bits.slice(at, at + 8), 2));
          return `${parts.join(".")}/${prefix}`;
        });
        const wanted = networks.some(([given, prefix]) =>
          toBinary(asked).startsWith(toBinary(given).slice(0, prefix)),
        );
        expect(new AddressSet(texts).has(asked)).toBe(wanted);
      }),
    );
  });
});
