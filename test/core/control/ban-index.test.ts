// Which ban a request falls under.

import { expect, test } from "vitest";
import { type BanIndex, createBanIndex, findBan } from "../../../src/core/control/ban-index.ts";
import type { Ban } from "../../../src/core/control/entries.ts";
import { type FactsGiven, toFacts } from "../keys/to-facts.ts";

const ban = (given: Partial<Ban>): Ban => ({
  id: "b1",
  revision: 1,
  createdAtMs: 0,
  key: "ip",
  value: "192.0.2.1",
  reason: "because",
  ...given,
});

const find = (index: BanIndex | undefined, facts: FactsGiven, nowMs: number): Ban | undefined =>
  findBan(index, toFacts(facts), nowMs);

test("findBan() finds a ban by the value of its part, until it expires", () => {
  const index = createBanIndex([ban({ expiresAtMs: 1_000 }), ban({ id: "b2", key: "country", value: "CH" })]);
  expect(find(index, { address: "192.0.2.1" }, 999)?.id).toBe("b1");
  expect(find(index, { address: "192.0.2.1" }, 1_000)).toBeUndefined();
  expect(find(index, { address: "192.0.2.2", country: "CH" }, 0)?.id).toBe("b2");
  expect(find(index, { address: "192.0.2.2" }, 0)).toBeUndefined();
});

test("findBan() bans an IPv6 address with its network, however it is written", () => {
  const index = createBanIndex([ban({ value: "2001:DB8:0:0::1" })]);
  expect(find(index, { address: "2001:db8::ffff" }, 0)?.id).toBe("b1");
  expect(find(index, { address: "2001:db8:0:1::1" }, 0)).toBeUndefined();
});

test("createBanIndex() reads nothing of a request where there is no ban", () => {
  expect(createBanIndex([])).toBeUndefined();
});

test.each([
  ["10.0.0.0/8", "10.255.0.1", "11.0.0.0"],
  ["10.0.0.0/8", "::ffff:10.1.2.3", "::ffff:11.1.2.3"],
  ["203.0.113.128/25", "203.0.113.128", "203.0.113.127"],
  ["0.0.0.0/0", "192.0.2.1", "2001:db8::1"],
  ["2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"],
  ["2001:db8:0:0:ffff::/80", "2001:db8::ffff:1:2:3", "2001:db8::fffe:1:2:3"],
  ["2001:db8::1/128", "2001:db8::1", "2001:db8::2"],
])("findBan() bans the network %s: %s and not %s", (value, inside, outside) => {
  const index = createBanIndex([ban({ value }), ban({ id: "b2", value: "198.51.100.1" })]);
  expect(find(index, { address: inside }, 0)?.id).toBe("b1");
  expect(find(index, { address: outside }, 0)).toBeUndefined();
});

test("findBan() goes on to a wider network where the ban of a narrower one has expired", () => {
  const index = createBanIndex([
    ban({ value: "10.0.0.0/8" }),
    ban({ id: "b2", value: "10.1.0.0/16", expiresAtMs: 1_000 }),
    ban({ id: "b3", value: "10.1.2.3", expiresAtMs: 500 }),
  ]);
  const idAt = (nowMs: number): string | undefined => find(index, { address: "10.1.2.3" }, nowMs)?.id;
  expect([idAt(0), idAt(500), idAt(1_000)]).toEqual(["b3", "b2", "b1"]);
});

test("findBan() tells thousands of bans apart, by as many look-ups as there are prefix lengths", () => {
  const bans = Array.from({ length: 4_000 }, (_, at) =>
    ban({
      id: `b${at}`,
      value: at % 2 === 0 ? `10.${at >> 8}.${at & 255}.0/24` : `11.${at >> 8}.${at & 255}.1`,
    }),
  );
  const index = createBanIndex(bans);
  for (const at of [0, 1, 1_998, 1_999, 3_998, 3_999]) {
    const address = at % 2 === 0 ? `10.${at >> 8}.${at & 255}.77` : `11.${at >> 8}.${at & 255}.1`;
    expect(find(index, { address }, 0)?.id).toBe(`b${at}`);
  }
  expect(find(index, { address: "11.0.0.1" }, 0)).toBeUndefined();
});
