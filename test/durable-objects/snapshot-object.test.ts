// The snapshot object on real storage: it is sent what operators change, keeps it through an eviction, and gets later what
// it could not be sent.

import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { CONTROL_NAME } from "../../src/platform/bindings.ts";
import type { ControlObject } from "../../src/durable-objects/control-object.ts";
import type { NewsAnswer } from "../../src/core/control/news.ts";
import type { Snapshot } from "../../src/core/control/snapshot.ts";
import type { SnapshotObject } from "../../src/durable-objects/snapshot-object.ts";

const { CONTROL, SNAPSHOTS } = env as unknown as {
  readonly CONTROL: DurableObjectNamespace<ControlObject>;
  readonly SNAPSHOTS: DurableObjectNamespace<SnapshotObject>;
};
const control = CONTROL.getByName(CONTROL_NAME);
const by = { who: "ADMIN_TOKEN", address: undefined };

async function ban(value: string): Promise<void> {
  const body = { key: "ip", value, reason: "because" } as const;
  expect(await control.createEntry({ kind: "bans", body }, by)).toMatchObject({ ok: true });
}

const readNews = async (place: string, known: number): Promise<NewsAnswer> =>
  SNAPSHOTS.getByName(place).readNews({ known: { snapshot: known }, spread: 1 }, place);
const read = async (place: string, known: number): Promise<Snapshot | undefined> =>
  (await readNews(place, known)).told.snapshot?.newer;
const bansOf = async (place: string): Promise<unknown> => {
  const snapshot = await read(place, -1);
  return snapshot?.bans.map(({ value }) => value);
};

test("a snapshot object has what operators changed before it was first asked", async () => {
  await ban("192.0.2.1");
  expect(await bansOf("EU")).toEqual(["192.0.2.1"]);
});

test("it has a change when the operator has an answer, also after an eviction", async () => {
  await ban("192.0.2.2");
  await evictDurableObject(SNAPSHOTS.getByName("EU"));
  expect(await bansOf("EU")).toEqual(["192.0.2.1", "192.0.2.2"]);
});

test("it answers nothing to who knows the newest, and drops what is older", async () => {
  const near = SNAPSHOTS.getByName("EU");
  const newest = await read("EU", -1);
  if (newest === undefined) throw new Error("no snapshot");
  await near.putSnapshot({ ...newest, version: newest.version - 1, bans: [] });
  expect(await read("EU", newest.version)).toBeUndefined();
  expect(await bansOf("EU")).toEqual(["192.0.2.1", "192.0.2.2"]);
});

test("what could not be sent is sent by the alarm", async () => {
  const place = "AS";
  // As after a call that failed: the follower is known to have less, and the alarm is armed.
  await runInDurableObject(control, async (_instance, { storage }) => {
    storage.sql.exec("INSERT INTO followers VALUES (?, ?)", place, 0);
    await storage.setAlarm(Date.now() + 60_000);
  });
  expect(await runDurableObjectAlarm(control)).toBe(true);
  const stored = await runInDurableObject(SNAPSHOTS.getByName(place), (_instance, { storage }) =>
    storage.kv.get("bans"),
  );
  expect(stored).toHaveLength(2);
  // Everybody has it: there is nothing to be sent again.
  expect(await runDurableObjectAlarm(control)).toBe(false);
});

test("it answers what it is asked about alone, and wants more objects beside it once it is asked too often", async () => {
  const quiet = await readNews("SA", -1);
  expect(Object.values(quiet.told).filter((told) => told !== undefined)).toHaveLength(1);
  expect(quiet.spread).toBe(1);
  const answers = await Promise.all(Array.from({ length: 801 }, async () => readNews("SA", -1)));
  // The last of them may come in a second that has just begun.
  expect(Math.max(...answers.map(({ spread }) => spread))).toBe(2);
});
