import * as fc from "fast-check";
import { expect, test } from "vitest";
import { toCounterKey } from "../../../src/core/keys/counter-key.ts";
import type { Facts } from "../../../src/core/keys/facts.ts";
import { readCounterKey } from "../../../src/core/keys/read-counter-key.ts";

const value = fc.option(fc.string({ unit: "grapheme", maxLength: 30 }), { nil: undefined });
const part = fc.record({ label: fc.constantFrom("ip", "path", "consumer", "jwt:sub"), value });

test("reads every key that is no hash back into its values", () => {
  const facts = { hash: () => "hashed" } as unknown as Facts;
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
      const read = parts.map(({ label, value: text }) => ({ label, argument: "", read: () => text }));
      const counter = toCounterKey(read, facts, { onMissing: "shared" });
      if (typeof counter === "string") throw new Error(counter);
      expect(readCounterKey(counter.key)).toEqual(counter.key.startsWith("sha256:") ? undefined : parts);
    }),
  );
});

test.each(["sha256:abc", "ip=9:192.0.2", "ip=x:1", "ip", "=1:a"])("reads nothing out of %s", (key) => {
  expect(readCounterKey(key)).toBe(undefined);
});
