// API keys on real storage: the object near gateways keeps those that are used there, forgets those that change when the
// operator has an answer, and passes on nothing that it was told too long ago.

import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import type { VersionedKey } from "../../src/core/control/key-changes.ts";
import type { ControlObject } from "../../src/durable-objects/control-object.ts";
import type { SnapshotObject } from "../../src/durable-objects/snapshot-object.ts";
import { CONTROL_NAME } from "../../src/platform/bindings.ts";

const { CONTROL, SNAPSHOTS } = env as unknown as {
  readonly CONTROL: DurableObjectNamespace<ControlObject>;
  readonly SNAPSHOTS: DurableObjectNamespace<SnapshotObject>;
};
const control = CONTROL.getByName(CONTROL_NAME);
const by = { who: "ADMIN_TOKEN", address: undefined };
const toBody = (tier: string): object => ({
  consumer: "acme",
  tier,
  scopes: [],
  enabled: true,
  metadata: {},
});

async function create(hash: string): Promise<string> {
  const creation = { kind: "keys", body: toBody("free"), secret: { hash, prefix: "hg_x" } };
  const created = await control.createEntry(creation as never, by);
  if (!created.ok) throw new Error(created.error);
  return created.value.entry.id;
}
const change = (id: string, tier: string): Promise<unknown> =>
  control.replaceEntry({ kind: "keys", id, seen: undefined }, toBody(tier) as never, by);
const remove = (id: string): Promise<unknown> =>
  control.deleteEntry({ kind: "keys", id, seen: undefined }, by);

const lookUp = async (hash: string, place = "EU"): Promise<VersionedKey> =>
  structuredClone({ ...(await SNAPSHOTS.getByName(place).lookUpKey(hash, place)) });
const tierOf = async (hash: string, place?: string): Promise<unknown> =>
  (await lookUp(hash, place)).record?.tier;
const changesSince = async (known: number, place = "EU"): Promise<unknown> =>
  (await SNAPSHOTS.getByName(place).readNews({ known: { keys: known }, spread: 1 }, place)).told.keys?.newer
    ?.changed;
const isKept = (hash: string, place = "EU"): Promise<boolean> =>
  runInDurableObject(
    SNAPSHOTS.getByName(place),
    (_instance, { storage }) =>
      storage.sql.exec("SELECT 1 FROM near_keys WHERE hash = ?", hash).toArray().length > 0,
  );
/** As if it had been told last so long ago, and not of the newest changes. */
async function age(place: string, ms: number, act: () => Promise<unknown>): Promise<void> {
  const near = SNAPSHOTS.getByName(place);
  const before = await runInDurableObject(near, (_instance, { storage }) => ({
    history: storage.kv.get("key-history"),
    rows: storage.sql.exec("SELECT hash, body FROM near_keys").toArray(),
  }));
  await act();
  await runInDurableObject(near, (_instance, { storage }) => {
    storage.kv.put("key-history", before.history);
    storage.kv.put("keys-heard", Date.now() - ms);
    for (const { hash, body } of before.rows)
      storage.sql.exec("INSERT OR REPLACE INTO near_keys VALUES (?, ?)", hash, body);
  });
  await evictDurableObject(near);
}

test("it looks a key up once, keeps it through an eviction, and forgets it when it changes", async () => {
  const id = await create("one");
  const { version } = await lookUp("one");
  expect(await isKept("one")).toBe(true);
  await evictDurableObject(SNAPSHOTS.getByName("EU"));
  expect(await tierOf("one")).toBe("free");
  await change(id, "pro");
  expect(await isKept("one")).toBe(false);
  expect(await changesSince(version)).toEqual(["one"]);
  expect(await tierOf("one")).toBe("pro");
  await remove(id);
  expect(await lookUp("one")).toMatchObject({ record: undefined });
  expect(await isKept("one")).toBe(false);
});

test("who is rotated, disabled or imported is named among the changes", async () => {
  const id = await create("two");
  const since = async (act: () => Promise<unknown>): Promise<unknown> => {
    const { version } = await lookUp("two");
    await act();
    return changesSince(version);
  };
  const rotated = await since(() =>
    control.rotateKey({ id, seen: undefined, secret: { hash: "three", prefix: "hg_y" }, overlapMs: 0 }, by),
  );
  expect(new Set(rotated as string[])).toEqual(new Set(["two", "three"]));
  const imported = { body: toBody("free"), secret: { hash: "four", prefix: "old" } };
  expect(await since(() => control.importKeys([imported as never], by))).toEqual(["four"]);
  expect(await since(() => Promise.resolve())).toEqual([]);
});

test("who knows of no version, or of one from before all that is remembered, learns that it cannot know", async () => {
  await lookUp("two");
  expect(await changesSince(-1)).toBeUndefined();
  expect(await changesSince(1_000_000)).toBeUndefined();
});

test("what could not be sent is sent by the alarm", async () => {
  await lookUp("nobody's", "AS");
  await create("five");
  await runInDurableObject(control, async (_instance, { storage }) => {
    storage.sql.exec("UPDATE key_followers SET version = version - 1 WHERE name = 'AS'");
    await storage.setAlarm(Date.now() + 60_000);
  });
  expect(await runDurableObjectAlarm(control)).toBe(true);
  expect(await runDurableObjectAlarm(control)).toBe(false);
});

test("a change that it missed is known behind the first answer, or before it once a minute has gone", async () => {
  const id = await create("six");
  expect(await tierOf("six", "OC")).toBe("free");
  await age("OC", 30_000, () => change(id, "pro"));
  expect(await tierOf("six", "OC")).toBe("free");
  await expect.poll(async () => tierOf("six", "OC")).toBe("pro");
  await age("OC", 61_000, () => change(id, "team"));
  expect(await tierOf("six", "OC")).toBe("team");
});
