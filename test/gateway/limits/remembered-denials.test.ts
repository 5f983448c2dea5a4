import { expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { createRow } from "../../../src/core/policies/policy-rows.ts";
import { toDenialKey } from "../../../src/gateway/limits/remembered-denials.ts";

test("toDenialKey() tells what a request takes of each policy: a price that has fallen is asked for anew", () => {
  const base = { algorithm: "token-bucket", window: "1m", key: "ip" };
  const parsed = parseConfig({
    origins: { api: { members: ["https://api.example.com"], adapt: {} } },
    origin: "api",
    policies: {
      flat: { ...base, limit: 10 },
      following: { ...base, limit: { base: 100, min: 10, follow: "api" } },
    },
    routes: [{ path: "/*", policies: ["flat", "following"] }],
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const [flat, following] = parsed.value.policies;
  if (flat === undefined || following === undefined) throw new Error("two policies are parsed");
  const counterKey = { key: "ip=9:192.0.2.1", place: "ip=9:192.0.2.1", rank: 3 };
  const route = { index: 0, hasVariants: false };
  const keyAt = (price: number): string | undefined =>
    toDenialKey(route, { identity: undefined, standing: undefined }, [
      createRow(flat, counterKey, 1),
      createRow(following, counterKey, price),
    ]);
  expect(keyAt(2)).toBe(keyAt(2));
  expect(keyAt(1.5)).not.toBe(keyAt(2));
});
