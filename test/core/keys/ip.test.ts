import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ip, toAddressKey } from "../../../src/core/keys/ip.ts";
import { toFacts } from "./to-facts.ts";

describe("toAddressKey()", () => {
  test.each([
    ["1.2.3.4", "1.2.3.4"],
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["100.10.9.0", "100.10.9.0"],
    ["::ffff:1.2.3.4", "1.2.3.4"],
    ["::FFFF:1.2.3.4", "1.2.3.4"],
    ["::ffff:102:304", "1.2.3.4"],
    ["0:0:0:0:0:ffff:102:304", "1.2.3.4"],
    ["0000:0000:0000:0000:0000:ffff:0102:0304", "1.2.3.4"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002:ffff::1", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:db8:0:0:1::", "2001:db8:0:0::/64"],
    ["2001:db8::1.2.3.4", "2001:db8:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::1.2.3.4", "0:0:0:0::/64"],
    ["::fffe:1.2.3.4", "0:0:0:0::/64"],
    ["::ffff:0:1.2.3.4", "0:0:0:0::/64"],
    ["64:ff9b::1.2.3.4", "64:ff9b:0:0::/64"],
  ])("of %s is %s", (address, key) => {
    expect(toAddressKey(address)).toBe(key);
  });

  test.each([
    [48, "2001:db8:1:0::/48"],
    [49, "2001:db8:1:8000::/49"],
    [52, "2001:db8:1:a000::/52"],
    [56, "2001:db8:1:ab00::/56"],
    [63, "2001:db8:1:abcc::/63"],
    [64, "2001:db8:1:abcd::/64"],
  ])("of %i bits leaves out the rest, and IPv4 whole", (bits, key) => {
    expect(toAddressKey("2001:db8:1:abcd:ef::1", bits)).toBe(key);
    expect(toAddressKey("192.0.2.255", bits)).toBe("192.0.2.255");
    expect(toAddressKey("::ffff:192.0.2.255", bits)).toBe("192.0.2.255");
  });

  test.each([
    "",
    "unknown",
    "01.2.3.4",
    "1.2.3.04",
    "00.0.0.0",
    "001.2.3.4",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "2130706433",
    "127.1",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.4.",
    ".1.2.3.4",
    "1.2.3.256",
    "1.2.3.-4",
    "1.2.3.4\n",
    " 1.2.3.4",
    "1.2.3.4:80",
    "1.2.3.4, 5.6.7.8",
    "１.2.3.4",
    "[::1]",
    "[2001:db8::1]:443",
    "fe80::1%eth0",
    "fe80::1%25eth0",
    "::ffff:01.2.3.4",
    "::ffff:0x1.2.3.4",
    "::ffff:256.2.3.4",
    "::ffff:1.2.3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    ":::",
    "12345::",
    "g::1",
    "::1\n",
    `${"0".repeat(40)}::1`,
  ])("is none of %j", (address) => {
    expect(toAddressKey(address)).toBeUndefined();
  });

  test("is one for a whole /64, and another for the next", () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((part) => part.toString(16));
    const groups = fc.array(group, { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(groups, groups, groups, (network, host, otherHost) => {
        const key = toAddressKey([...network, ...host].join(":"));
        expect(key).toBe(toAddressKey([...network, ...otherHost].join(":").toUpperCase()));
        const next = ((Number.parseInt(network[3] ?? "", 16) + 1) % 0x1_0000).toString(16);
        expect(toAddressKey([...network.slice(0, 3), next, ...host].join(":"))).not.toBe(key);
      }),
    );
  });

  test("is the same for every way of writing an address", () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
        expect(toAddressKey(address)).toBeDefined();
        expect(toAddressKey(address)).toBe(toAddressKey(canonical));
      }),
    );
  });

  test("is of one IPv4 address only", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), (one, other) => {
        expect(toAddressKey(one) === toAddressKey(`::ffff:${other}`)).toBe(one === other);
      }),
    );
  });
});

test("ip reads the address that the platform saw, and none of the client's fields", () => {
  const headers = { "x-forwarded-for": "9.9.9.9", "true-client-ip": "9.9.9.9", forwarded: "for=9.9.9.9" };
  expect(ip.read(toFacts({ address: "1.2.3.4", headers }), "")).toBe("1.2.3.4");
  expect(ip.read(toFacts({ headers }), "")).toBeUndefined();
  expect(ip.read(toFacts({ address: "garbage", headers }), "")).toBeUndefined();
});
