// Keys where a part is missing and the client's address is counted by in its place: nobody can pass for somebody else.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type CounterKey, toCounterKey, toObjectName } from "../../../src/core/keys/counter-key.ts";
import { parseKey } from "../../../src/core/keys/parse-key.ts";
import { toRuns } from "../../property-runs.ts";
import { type FactsGiven, toFacts } from "./to-facts.ts";

function read(key: readonly string[], given: FactsGiven): CounterKey {
  const parts = parseKey(key, "key");
  if (!parts.ok) throw new Error(JSON.stringify(parts.error));
  const found = toCounterKey(parts.value, toFacts(given), { onMissing: "ip" });
  if (typeof found === "string") throw new Error(found);
  return found;
}

const ann = { consumer: "ann", tier: undefined, scopes: [], apiKey: "k1", token: undefined };

test.each<[key: readonly string[], given: FactsGiven, wanted: string]>([
  [["consumer"], { address: "192.0.2.1" }, "consumer=-|ip=9:192.0.2.1"],
  [["consumer"], { address: "2001:db8::1" }, "consumer=-|ip=17:2001:db8:0:0::/64"],
  [["consumer"], { address: "192.0.2.1", identity: ann }, "consumer=3:ann"],
  [["consumer", "path"], { address: "192.0.2.1", path: "/a" }, "consumer=-|path=2:/a|ip=9:192.0.2.1"],
  [
    ["consumer", "country"],
    { address: "192.0.2.1", identity: ann },
    "consumer=3:ann|country=-|ip=9:192.0.2.1",
  ],
  // Nothing is known of such a client: all of them share one counter.
  [["consumer"], {}, "consumer=-|ip=-"],
])("of %j and %j is %s", (key, given, wanted) => {
  expect(read(key, given).key).toBe(wanted);
});

test("is owned with all else that counts by the address", () => {
  const facts = toFacts({ address: "192.0.2.1", continent: "EU" });
  const own = toObjectName(read(["ip"], { address: "192.0.2.1" }), facts, 64);
  expect(toObjectName(read(["consumer", "path"], { address: "192.0.2.1" }), facts, 64)).toBe(own);
});

test("is never another client's, whatever either sends", () => {
  const tricky = fc
    .array(fc.constantFrom("-", "|", "=", ":", "ip", "ip=9:", "192.0.2.1", "-|ip=9:192.0.2.1", "9", ""))
    .map((parts) => parts.join(""));
  const client = fc.record({
    value: fc.option(fc.oneof(tricky, fc.string()), { nil: undefined }),
    address: fc.constantFrom("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2", "2001:db8:1::1"),
  });
  const readClient = ({ value, address }: { value: string | undefined; address: string }): string =>
    read(["header:x-user"], { address, ...(value !== undefined && { headers: { "x-user": value } }) }).key;
  const toNetwork = (address: string): string => (address.startsWith("2001:db8::") ? "one /64" : address);
  fc.assert(
    fc.property(client, client, (one, other) => {
      const isSame =
        one.value === undefined
          ? other.value === undefined && toNetwork(one.address) === toNetwork(other.address)
          : one.value === other.value;
      expect(readClient(one) === readClient(other)).toBe(isSame);
    }),
    { numRuns: toRuns(500) },
  );
});
