// The control object on real storage: what outlives an eviction, what a key's hash finds, what expires, and what is bounded.

import { env } from "cloudflare:workers";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import type { EntryBody } from "../../src/core/control/entries.ts";
import type { Changed, Created } from "../../src/core/control/control-messages.ts";
import type { ControlObject } from "../../src/durable-objects/control-object.ts";

const { CONTROL } = env as unknown as { readonly CONTROL: DurableObjectNamespace<ControlObject> };
const by = { who: "ADMIN_TOKEN", address: undefined };
const seen = undefined;

let objects = 0;
const newObject = (): DurableObjectStub<ControlObject> => CONTROL.getByName(`control-${(objects += 1)}`);

const keyBody: EntryBody = { consumer: "acme", tier: "pro", scopes: [], enabled: true, metadata: {} };
const banBody: EntryBody = { key: "ip", value: "192.0.2.1", reason: "because" };

async function idOf(created: Promise<unknown>): Promise<string> {
  const made = (await created) as Changed<Created>;
  if (!made.ok) throw new Error(made.error);
  return made.value.entry.id;
}

describe("findKey()", () => {
  test("finds a key by its hash alone, also after an eviction", async () => {
    const object = newObject();
    const id = await idOf(
      object.createEntry({ kind: "keys", body: keyBody, secret: { hash: "h1", prefix: "hg_1" } }, by),
    );
    await evictDurableObject(object);
    expect(await object.findKey("h1")).toEqual({
      id,
      consumer: "acme",
      tier: "pro",
      scopes: [],
      enabled: true,
      metadata: {},
      expiresAtMs: undefined,
    });
    expect(await object.findKey("h2")).toBeUndefined();
  });

  test("says at once that a key is disabled, and finds one no longer that is deleted", async () => {
    const object = newObject();
    const id = await idOf(
      object.createEntry({ kind: "keys", body: keyBody, secret: { hash: "h1", prefix: "hg_1" } }, by),
    );
    await object.replaceEntry({ kind: "keys", id, seen }, { ...keyBody, enabled: false }, by);
    expect((await object.findKey("h1"))?.enabled).toBe(false);
    await object.deleteEntry({ kind: "keys", id, seen }, by);
    expect(await object.findKey("h1")).toBeUndefined();
  });

  test("finds a rotated key by both texts until the overlap is over, and says when that is", async () => {
    const object = newObject();
    const id = await idOf(
      object.createEntry({ kind: "keys", body: keyBody, secret: { hash: "old", prefix: "hg_1" } }, by),
    );
    const rotate = async (hash: string, overlapMs: number): Promise<unknown> =>
      object.rotateKey({ id, seen, overlapMs, secret: { hash, prefix: `hg_${hash}` } }, by);
    await rotate("new", 3_600_000);
    expect((await object.findKey("new"))?.expiresAtMs).toBeUndefined();
    expect(Math.abs(((await object.findKey("old"))?.expiresAtMs ?? 0) - Date.now() - 3_600_000)).toBeLessThan(
      10_000,
    );
    await rotate("newer", 0);
    expect([
      await object.findKey("old"),
      await object.findKey("new"),
      (await object.findKey("newer"))?.id,
    ]).toEqual([undefined, undefined, id]);
  });
});

describe("readSnapshot()", () => {
  test("answers what changed, and nothing to who knows it", async () => {
    const object = newObject();
    expect(await object.readSnapshot(0)).toBeUndefined();
    await object.createEntry({ kind: "bans", body: banBody }, by);
    await object.putConfig({ document: "{}", file: "f", reason: undefined, seen: 0 }, by);
    const snapshot = await object.readSnapshot(0);
    expect(snapshot).toMatchObject({
      version: 2,
      config: { version: 1, document: "{}", file: "f" },
      bans: [{ value: "192.0.2.1" }],
    });
    await evictDurableObject(object);
    expect(await object.readSnapshot(2)).toBeUndefined();
  });

  test("is not made anew by keys, nor by what is refused", async () => {
    const object = newObject();
    await object.createEntry({ kind: "keys", body: keyBody, secret: { hash: "h", prefix: "p" } }, by);
    await object.putConfig({ document: "{}", file: "f", reason: undefined, seen: 7 }, by);
    await object.deleteEntry({ kind: "bans", id: "b9", seen }, by);
    expect(await object.readSnapshot(0)).toBeUndefined();
  });

  test("leaves out what expired once anything changes", async () => {
    const object = newObject();
    await object.createEntry({ kind: "bans", body: { ...banBody, expiresAtMs: Date.now() - 1 } }, by);
    await object.createEntry({ kind: "bans", body: { ...banBody, value: "192.0.2.2" } }, by);
    expect((await object.readSnapshot(0))?.bans.map(({ value }) => value)).toEqual(["192.0.2.2"]);
  });
});

describe("what is kept", () => {
  test("is at most so many of a kind; room comes back with a deletion", async () => {
    const object = newObject();
    await runInDurableObject(object, async (instance: ControlObject) => {
      for (let made = 0; made < 1_000; made += 1)
        await instance.createEntry({ kind: "bans", body: banBody }, by);
    });
    expect(await object.createEntry({ kind: "bans", body: banBody }, by)).toEqual({
      ok: false,
      error: "full",
    });
    await object.deleteEntry({ kind: "bans", id: "b1", seen }, by);
    expect(await object.createEntry({ kind: "bans", body: banBody }, by)).toMatchObject({
      ok: true,
      value: { entry: { id: "b1001" } },
    });
  });

  test("are the newest hundred configurations and the newest ten thousand lines of the audit log", async () => {
    const object = newObject();
    await runInDurableObject(object, async (instance: ControlObject, state) => {
      for (let version = 0; version < 105; version += 1)
        await instance.putConfig({ document: `${version}`, file: "f", reason: undefined, seen }, by);
      state.storage.sql.exec("UPDATE sqlite_sequence SET seq = 20000 WHERE name = 'audit'");
    });
    expect([
      await object.readConfig(5),
      (await object.readConfig(6))?.document,
      (await object.readConfig())?.version,
    ]).toEqual([undefined, "5", 105]);
    await object.recordAction({ action: "a", target: "t", before: undefined, after: "x".repeat(20_000) }, by);
    const { items } = (await object.listAudit({ after: 0, most: 10 })) as {
      items: readonly { id: number; after?: string }[];
    };
    expect(items.map(({ id, after }) => [id, after])).toEqual([[20_001, '{"omitted":"20000 characters"}']]);
  });

  test("is migrated once", async () => {
    const object = newObject();
    await object.readSnapshot(0);
    await evictDurableObject(object);
    await object.readSnapshot(0);
    const rows = await runInDurableObject(object, (_instance, state) =>
      state.storage.sql.exec<{ version: number }>("SELECT version FROM migrations").toArray(),
    );
    expect(rows.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
  });
});
