// Which ban a request falls under.

import { expect, test } from "vitest";
import { createBanIndex, findBan } from "../../../src/core/control/ban-index.ts";
import type { Ban } from "../../../src/core/control/entries.ts";
import { toFacts } from "../keys/to-facts.ts";

const ban = (given: Partial<Ban>): Ban => ({
  id: "b1",
  revision: 1,
  createdAtMs: 0,
  key: "ip",
  value: "192.0.2.1",
  reason: "because",
  ...given,
});

test("findBan() finds a ban by the value of its part, until it expires", () => {
  const index = createBanIndex([ban({ expiresAtMs: 1_000 }), ban({ id: "b2", key: "country", value: "CH" })]);
  expect(findBan(index, toFacts({ address: "192.0.2.1" }), 999)?.id).toBe("b1");
  expect(findBan(index, toFacts({ address: "192.0.2.1" }), 1_000)).toBeUndefined();
  expect(findBan(index, toFacts({ address: "192.0.2.2", country: "CH" }), 0)?.id).toBe("b2");
  expect(findBan(index, toFacts({ address: "192.0.2.2" }), 0)).toBeUndefined();
});

test("findBan() bans an IPv6 address with its network, however it is written", () => {
  const index = createBanIndex([ban({ value: "2001:DB8:0:0::1" })]);
  expect(findBan(index, toFacts({ address: "2001:db8::ffff" }), 0)?.id).toBe("b1");
  expect(findBan(index, toFacts({ address: "2001:db8:0:1::1" }), 0)).toBeUndefined();
});

test("createBanIndex() reads nothing of a request where there is no ban", () => {
  expect(createBanIndex([])).toEqual([]);
});
