// What stands for a route: each has an index of its own.

import { expect, test } from "vitest";
import { STAND_IN_INDEX } from "../../../src/core/policies/limited-route.ts";
import { toConfig, toInput } from "../config/config-input.ts";

test("batches, preflights, failed credentials and 32 pools share no index", () => {
  const policies = { calls: { algorithm: "fixed-window", limit: 5, window: "1m", key: "everyone" } };
  const pool = { members: ["https://a.example"], policies: ["calls"] };
  const names = Array.from({ length: 32 }, (_, index) => `pool-${index}`);
  const config = toConfig(
    toInput({
      batch: {},
      policies,
      origins: Object.fromEntries(names.map((name) => [name, pool])),
      routes: names.map((name) => ({ path: `/${name}`, origin: name })),
    }),
  );
  const ofPools = config.routes.map((route) => route.pool?.outbound?.limited.index);
  const { attempts, preflights } = STAND_IN_INDEX;
  const indexes = [...ofPools, config.batch?.limited.index, attempts, preflights];
  expect(indexes).not.toContain(undefined);
  expect(new Set(indexes).size).toBe(35);
});
