// What whoever watches a gateway sees: keys that cross their quota, refusals one by one, keys by how much they used.

import { expect, test } from "vitest";
import {
  type StatsAnswer,
  toStatsKeysSchema,
  toStatsTailSchema,
} from "../../../src/core/stats/stats-answer.ts";
import { ADMIN_READ_TOKEN, ADMIN_TOKEN, askAdmin } from "../support/admin.ts";
import { send, sendMany } from "../support/client.ts";
import { startStand } from "../support/stand.ts";
import { askStats, readStats } from "../support/stats.ts";
import { until } from "../support/until.ts";

const hour = { algorithm: "fixed-window", align: "first-request", window: "1h", consistency: "exact" };
const { gateway } = await startStand(
  {
    policies: {
      each: { ...hour, limit: 5, key: "path" },
      crossing: { ...hour, limit: 10, key: "path" },
      few: { ...hour, limit: 5, key: "path" },
      plan: { ...hour, limit: 5, key: "consumer" },
    },
    tiers: { gold: { plan: { limit: 20 } } },
    routes: [
      { path: "/each/*", policies: ["each"] },
      { path: "/crossing/*", policies: ["crossing"], cost: 9 },
      { path: "/few/*", policies: ["few"] },
      { path: "/mine", auth: "required", policies: ["plan"] },
    ],
  },
  { vars: { ADMIN_TOKEN, ADMIN_READ_TOKEN } },
);

const toDenied = ({ denials }: StatsAnswer): number => denials.reduce((sum, { count }) => sum + count, 0);

test("whoever watches sees a burst of denials within 3 s, request by request", async () => {
  await sendMany(
    gateway,
    Array.from({ length: 5 }, () => "/each/hot"),
  );
  const watch = async (): Promise<StatsAnswer> => readStats(gateway, "&watch=1");
  await until(
    "isolates to know that somebody watches",
    async () => {
      await send(gateway, "/each/hot");
      return (await watch()).lagMs < 1_500 && (await watch()).intervalMs === 1_000;
    },
    15_000,
  );
  // One more report, whose answer tells the isolate.
  await send(gateway, "/each/hot");
  await until(
    "a report while it is watched",
    async () => {
      await send(gateway, "/each/hot");
      const { items } = await askStats(gateway, "/stats/tail", toStatsTailSchema());
      return items.some(({ kind }) => kind === "denied");
    },
    15_000,
  );
  const { cursor } = await askStats(gateway, "/stats/tail", toStatsTailSchema());
  const before = toDenied(await watch());
  const startedMs = Date.now();
  await sendMany(
    gateway,
    Array.from({ length: 20 }, () => "/each/hot"),
  );
  await until("the burst in the sums", async () => {
    const after = toDenied(await watch());
    return after >= before + 20;
  });
  expect(Date.now() - startedMs).toBeLessThan(3_000);
  const { items } = await askStats(gateway, `/stats/tail?after=${cursor}`, toStatsTailSchema());
  expect(items.length).toBeGreaterThanOrEqual(20);
  expect(items[0]).toMatchObject({
    kind: "denied",
    status: 429,
    code: "quota-exceeded",
    policy: ["each"],
  });
});

test("a key that crosses 80 % and 100 % of its quota is told once, each of three hundred keys", async () => {
  const keys = Array.from({ length: 300 }, (_, at) => `/crossing/${at}`);
  await sendMany(gateway, keys);
  const items = await until(
    "the crossings",
    async () => {
      const tail = await askStats(gateway, "/stats/tail", toStatsTailSchema());
      const crossed = tail.items.filter(({ kind, policy }) => kind === "crossed" && policy[0] === "crossing");
      return crossed.length >= keys.length && crossed;
    },
    15_000,
  );
  expect(items.length).toBe(300);
  expect(new Set(items.map(({ key }) => key[0])).size).toBe(300);
  expect(items.every(({ share }) => share === 80)).toBe(true);
});

test("a policy's keys are told by the share that they used, with what is left", async () => {
  const { keys, shares, items } = await askStats(
    gateway,
    "/stats/keys?policy=crossing&limit=5",
    toStatsKeysSchema(),
  );
  expect([keys, shares[9], items.length]).toEqual([300, 300, 5]);
  expect(items[0]).toMatchObject({ limit: 10, used: 9, remaining: 1, share: 0.9 });
  const reply = await askAdmin(gateway, "GET", "/stats/keys?policy=nobody");
  expect(reply.status).toBe(404);
});

test.each([
  ["/stats?minutes=5&from=0", "minutes"],
  ["/stats?minutes=1440", "points"],
  ["/stats?step=day", "step"],
  ["/stats/tail?after=%00", "after"],
])("GET %s is refused by what is wrong with it", async (path, word) => {
  const reply = await askAdmin(gateway, "GET", path);
  expect([reply.status, reply.text().includes(word)]).toEqual([400, true]);
});

test("of hundreds of counter objects those sixteen are asked that have the fullest keys", async () => {
  const quiet = Array.from({ length: 120 }, (_, at) => `/few/${at}`);
  await sendMany(gateway, quiet);
  const full = ["/few/full-1", "/few/full-2", "/few/full-3"];
  for (const path of full)
    await sendMany(
      gateway,
      Array.from({ length: 4 }, () => path),
    );
  const { items, objects } = await until(
    "the fullest",
    async () => {
      const found = await askStats(gateway, "/stats/keys?policy=few&of=fullest&limit=3", toStatsKeysSchema());
      return found.items.length === 3 && found.items.every(({ key }) => key.includes("full-")) && found;
    },
    15_000,
  );
  // A counter's row may be written ahead of what was used.
  for (const { used } of items) expect(used).toBeGreaterThanOrEqual(4);
  // Sixteen clients' keys: two of them may be one object's.
  expect(objects).toMatchObject({ unanswered: 0, incomplete: 0, sharded: 64 });
  expect(objects.asked).toBeGreaterThan(8);
  expect(objects.asked).toBeLessThanOrEqual(16);
});

test("a consumer's own object is found by what isolates reported, and its limit is its tier's", async () => {
  const created = await askAdmin(gateway, "POST", "/keys", { body: { consumer: "acme", tier: "gold" } });
  const fields = [["X-API-Key", String(created.json()["key"])]] as const;
  for (let sent = 0; sent < 15; sent += 1) await send(gateway, "/mine", { fields });
  const [acme] = await until(
    "the consumer",
    async () => {
      const found = await askStats(gateway, "/stats/keys?policy=plan&of=fullest", toStatsKeysSchema());
      return found.items.length > 0 && found.items;
    },
    25_000,
  );
  expect(acme).toMatchObject({ key: expect.stringContaining("acme") as unknown, limit: 20 });
  expect(acme?.object).toMatch(/^credential:/);
  expect(acme?.used).toBeGreaterThanOrEqual(15);
});
