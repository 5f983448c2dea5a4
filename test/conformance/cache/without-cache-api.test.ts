// A gateway whose Cache API keeps nothing, as on workers.dev: it says so, and what the isolate holds is a hit all the same.

import { expect, it } from "vitest";
import { startCacheStand } from "../support/cache-stand.ts";
import { HELD_BODY_BYTES_MAX } from "../../../src/gateway/cache/held-entries.ts";

const { gateway, ask, serve } = await startCacheStand(
  [{ path: "/*", cache: { ttl: "1h" } }],
  {},
  { keepsCache: false },
);

it("is known after three writings: Cache-Status and one line of the log say so", async () => {
  const statuses: (string | undefined)[] = [];
  for (let at = 0; at < 5; at += 1) {
    const path = serve("x", {});
    statuses.push((await ask(path)).field("Cache-Status"));
    // What is in memory was written before: the isolate has looked by then.
    const again = await ask(path);
    expect([again.text(), again.field("Cache-Status")]).toEqual([
      "answer 1",
      expect.stringContaining("; hit"),
    ]);
  }
  expect(statuses.slice(0, 2).every((status) => status?.includes("; stored"))).toBe(true);
  expect(statuses.at(-1)).toBe("headgate; fwd=uri-miss; ttl=3600; detail=no-cache-api");
  const lines = gateway.logs().filter((line) => line.includes('"event":"cache-without-effect"'));
  expect(lines).toHaveLength(1);
});

it("is what larger answers are never found in", async () => {
  const body = "x".repeat(HELD_BODY_BYTES_MAX + 1);
  const path = serve("x", { body });
  for (let at = 0; at < 2; at += 1) {
    const reply = await ask(path);
    expect([reply.text().length, reply.field("Cache-Status")]).toEqual([
      body.length,
      expect.stringContaining("detail=no-cache-api"),
    ]);
  }
});
