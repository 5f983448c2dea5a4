// Purges on real storage: the object near gateways is sent each, keeps them through an eviction, gets later what it could
// not be sent, and passes on nothing that it was told too long ago.

import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import type { PurgeObject } from "../../src/durable-objects/purge-object.ts";
import type { SnapshotObject } from "../../src/durable-objects/snapshot-object.ts";
import { PURGES_NAME } from "../../src/platform/bindings.ts";

const { PURGES, SNAPSHOTS } = env as unknown as {
  readonly PURGES: DurableObjectNamespace<PurgeObject>;
  readonly SNAPSHOTS: DurableObjectNamespace<SnapshotObject>;
};
const purges = PURGES.getByName(PURGES_NAME);
const tag = (name: string): { readonly kind: "tag"; readonly tag: string } => ({ kind: "tag", tag: name });
const tagsOf = async (place: string, known = -1): Promise<unknown> => {
  const question = { known: { purges: known }, spread: 1 };
  const { told } = await SNAPSHOTS.getByName(place).readNews(question, place);
  return told.purges?.newer?.entries.map(({ purge }) => ("tag" in purge ? purge.tag : purge.kind));
};
/** As if it had been told last so long ago. */
async function age(place: string, ms: number): Promise<void> {
  const near = SNAPSHOTS.getByName(place);
  await runInDurableObject(near, (_instance, { storage }) => {
    storage.kv.put("purges-heard", Date.now() - ms);
  });
  await evictDurableObject(near);
}
/** The purge object has more than this one was sent. */
const hide = (place: string): Promise<void> =>
  runInDurableObject(SNAPSHOTS.getByName(place), (_instance, { storage }) => {
    storage.kv.put("purges", { latest: 0, floor: 0, entries: [] });
  });

test("it has what was purged before it was first asked, and each purge when the operator has an answer", async () => {
  expect((await purges.addPurges([tag("one")])).isEverywhere).toBe(true);
  expect(await tagsOf("EU")).toEqual(["one"]);
  const { latest, isEverywhere } = await purges.addPurges([tag("two")]);
  expect(isEverywhere).toBe(true);
  await evictDurableObject(SNAPSHOTS.getByName("EU"));
  expect(await tagsOf("EU")).toEqual(["one", "two"]);
  expect(await tagsOf("EU", latest)).toBeUndefined();
});

test("it drops what is older than what it knows", async () => {
  await SNAPSHOTS.getByName("EU").putPurges({ latest: 1, floor: 0, entries: [] });
  expect(await tagsOf("EU")).toEqual(["one", "two"]);
});

test("what could not be sent is sent by the alarm", async () => {
  await purges.addPurges([tag("three")]);
  // As after a call that failed: the follower is known to have less, and the alarm is armed.
  await runInDurableObject(purges, async (_instance, { storage }) => {
    storage.kv.put("followers", { AS: 0 });
    await storage.setAlarm(Date.now() + 60_000);
  });
  expect(await runDurableObjectAlarm(purges)).toBe(true);
  expect(await tagsOf("AS")).toEqual(["one", "two", "three"]);
  expect(await runDurableObjectAlarm(purges)).toBe(false);
});

test("what it was told within a minute it passes on at once, and looks for more behind the answer", async () => {
  await hide("EU");
  await age("EU", 30_000);
  expect(await tagsOf("EU")).toEqual([]);
  await expect.poll(async () => tagsOf("EU")).toEqual(["one", "two", "three"]);
});

test("what it was told longer ago it confirms first", async () => {
  await hide("EU");
  await age("EU", 61_000);
  expect(await tagsOf("EU")).toEqual(["one", "two", "three"]);
});

test("purges that come at once say each for themselves that they are everywhere", async () => {
  const added = await Promise.all(["four", "five", "six"].map(async (name) => purges.addPurges([tag(name)])));
  expect(added.map(({ isEverywhere }) => isEverywhere)).toEqual([true, true, true]);
});
