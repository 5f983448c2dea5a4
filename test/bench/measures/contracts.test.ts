import { expect, test } from "vitest";
import { toBucketContract, toContract, toWindowContract } from "../../../bench/measures/contracts.ts";
import { parseConfig } from "../../../src/core/config/parse-config.ts";

const LIMIT = { units: 10, windowMs: 1_000 };

// A clock of whole milliseconds may see each interval one millisecond longer.
test.each([
  [0, 10, 10],
  [98, 10, 10],
  [99, 11, 10],
  [998, 19, 10],
  [999, 20, 20],
  [2_499, 35, 30],
])("within %i ms a bucket allows %i, a window %i", (elapsedMs, bucket, window) => {
  expect([toBucketContract(LIMIT)(elapsedMs), toWindowContract(LIMIT)(elapsedMs)]).toEqual([bucket, window]);
});

test("several policies allow what the tightest allows at that time", () => {
  const parsed = parseConfig({
    origin: "http://127.0.0.1:1",
    policies: {
      burst: { algorithm: "token-bucket", limit: 600, window: "1m", burst: 5, key: "ip" },
      window: { algorithm: "sliding-window-log", limit: 20, window: "10s", key: "ip" },
    },
    routes: [{ path: "/*", policies: ["burst", "window"] }],
  });
  if (!parsed.ok) throw new Error("not a configuration");
  const contract = toContract(parsed.value.policies);
  expect([0, 999, 9_000].map(contract)).toEqual([5, 15, 20]);
});
