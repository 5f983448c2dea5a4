import { isIPv4, isIPv6 } from "node:net";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isIpv4, isIpv4Mapped, parseIpv6, writeIpv6 } from "../../../src/core/http/ip-address.ts";
import { anyText } from "../any-text.ts";
import { toRuns } from "../../property-runs.ts";

const pieces = [
  "0",
  "1",
  "01",
  "255",
  "256",
  "0x1",
  "ffff",
  "FFFF",
  "12345",
  "g",
  ":",
  "::",
  ".",
  "%",
  "[",
  "]",
  " ",
];
const nearAddress = fc.array(fc.constantFrom(...pieces), { maxLength: 17 }).map((parts) => parts.join(""));
const texts = fc.oneof(fc.ipV4(), fc.ipV4Extended(), fc.ipV6(), nearAddress, anyText);

test("isIpv4() says what Node says, for any text", () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(isIpv4(text)).toBe(isIPv4(text));
    }),
    { numRuns: toRuns(500) },
  );
});

test("parseIpv6() reads what Node reads, for any text without a zone id", () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(parseIpv6(text) !== undefined).toBe(isIPv6(text) && !text.includes("%"));
    }),
    { numRuns: toRuns(500) },
  );
});

test("parseIpv6() and writeIpv6() read and write what a URL parser does", () => {
  const group = fc.constantFrom("0", "0", "0", "10", "1", "ffff");
  const groups = fc.array(group, { minLength: 8, maxLength: 8 }).map((parts) => parts.join(":"));
  fc.assert(
    fc.property(fc.oneof(fc.ipV6(), groups), (text) => {
      expect(`[${writeIpv6(parseIpv6(text) ?? [])}]`).toBe(new URL(`http://[${text}]`).hostname);
    }),
    { numRuns: toRuns(1_000) },
  );
});

test.each([
  ["::ffff:10.1.2.3", true],
  ["::FFFF:0a01:203", true],
  ["0:0:0:0:0:ffff:0:0", true],
  ["::10.1.2.3", false],
  ["64:ff9b::10.1.2.3", false],
  ["::ffff:0:10.1.2.3", false],
])("isIpv4Mapped() of %s is %s", (text, isMapped) => {
  expect(isIpv4Mapped(parseIpv6(text) ?? [])).toBe(isMapped);
});

test.each([
  "::1%eth0",
  "fe80::1%25eth0",
  "::1%",
  "::ffff:1.2.3.4%1",
  "::ffff:01.2.3.4",
  "::0x1.2.3.4",
  ":::",
  "",
  "1:2:3:4:5:6:7::8",
  "1::2:3:4:5:6:7:8",
  "::1:2:3:4:5:6:7:8",
  "1:2:3:4:5:6:7:8::",
  "1::2::3",
  "1:2:3:4:5:6:7:1.2.3.4",
  ":1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:",
])("parseIpv6() refuses %j", (text) => {
  expect(parseIpv6(text)).toBeUndefined();
});

test("parseIpv6() takes the longest address, and looks at nothing longer", () => {
  expect(parseIpv6("0000:0000:0000:0000:0000:ffff:255.255.255.255")?.slice(5)).toEqual([
    65_535, 65_535, 65_535,
  ]);
  const startMs = performance.now();
  for (const unit of ["1:", "::", "1", "1.", ":."]) parseIpv6(unit.repeat(50_000));
  expect(performance.now() - startMs).toBeLessThan(1_000);
});
