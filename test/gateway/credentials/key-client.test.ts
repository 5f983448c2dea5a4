// What an isolate knows of keys while the control object answers, and while it does not. The objects are real; the one that
// fails is a real object that has no such method.

import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import type { ControlObject } from "../../../src/durable-objects/control-object.ts";
import { KeyClient } from "../../../src/gateway/credentials/key-client.ts";
import { DataCentre } from "../../../src/gateway/request/data-centre.ts";
import { NearObject } from "../../../src/gateway/request/near-object.ts";
import { News } from "../../../src/gateway/request/news.ts";
import type { SnapshotObject } from "../../../src/durable-objects/snapshot-object.ts";
import type { Bindings } from "../../../src/platform/bindings.ts";

const { CONTROL, SNAPSHOTS, THROWING } = env as unknown as {
  readonly CONTROL: DurableObjectNamespace<ControlObject>;
  readonly SNAPSHOTS: DurableObjectNamespace<SnapshotObject>;
  readonly THROWING: DurableObjectNamespace;
};

const BODY = { consumer: "acme", scopes: [], enabled: true, metadata: {} };

// Two of them wait for four seconds of real time, and the first starts the platform.
vi.setConfig({ testTimeout: 20_000 });

let hashes = 0;

/** A client of its own, a key that it can find, and a switch that takes the control object away. */
async function startDesk(onError: "closed" | "known") {
  hashes += 1;
  const hash = `hash-${hashes}`;
  const creation = { kind: "keys", body: BODY, secret: { hash, prefix: "hg_x" } } as const;
  const created = await CONTROL.getByName("control").createEntry(creation, {
    who: "test",
    address: undefined,
  });
  if (!created.ok) throw new Error(`no key: ${created.error}`);
  const { id } = created.value.entry;
  const state = { isDown: false, calls: 0 };
  const within = (real: DurableObjectNamespace) => ({
    getByName: (name: string) => {
      state.calls += 1;
      return (state.isDown ? THROWING : real).getByName(name);
    },
  });
  const near = new NearObject({ SNAPSHOTS: within(SNAPSHOTS) as unknown as Bindings["SNAPSHOTS"] });
  const client = new KeyClient(within(CONTROL) as unknown as Bindings["CONTROL"], {
    news: new News(near),
    dataCentre: new DataCentre(hash),
  });
  const afterwards: Promise<unknown>[] = [];
  const waitUntil = (promise: Promise<unknown>): void => void afterwards.push(promise);
  return {
    id,
    state,
    find: (of = hash) => client.find(of, onError, waitUntil),
    recall: (of = hash) => client.recall(of, waitUntil),
    settle: () => Promise.all(afterwards),
  };
}

describe("find()", () => {
  test("asks once for many at the same time, and for nobody else's key", async () => {
    const { id, find, recall, state } = await startDesk("closed");
    const found = await Promise.all(Array.from({ length: 50 }, () => find()));
    expect(found.every((known) => known?.record?.id === id)).toBe(true);
    expect(state.calls).toBe(1);
    expect(recall()?.record?.id).toBe(id);
    expect((await find("nobody's"))?.record).toBeUndefined();
    expect(recall("nobody's")).toBeDefined();
    // Each was looked up, and once it was asked which have changed.
    expect(state.calls).toBe(3);
  });

  test("says that it cannot tell while the control object fails, and does not take a key for unknown", async () => {
    const { id, find, recall, state } = await startDesk("known");
    state.isDown = true;
    expect(await find()).toBeUndefined();
    expect(recall()).toBeUndefined();
    state.isDown = false;
    expect((await find())?.record?.id).toBe(id);
  });
});

// Real time: how long knowledge may be used is what is tested.
describe("a key that is known when the control object goes away", () => {
  test.each([
    ["closed", false],
    ["known", true],
  ] as const)(
    "is used for four seconds, and with onError %s whether it is found then is %s",
    async (onError, isFound) => {
      const { id, find, recall, state, settle } = await startDesk(onError);
      await find();
      state.isDown = true;
      await scheduler.wait(2_200);
      expect(recall()?.record?.id).toBe(id);
      await settle();
      // News, asked for near and then far.
      expect(state.calls).toBe(3);
      await scheduler.wait(2_000);
      expect(recall()).toBeUndefined();
      expect((await find())?.record?.id).toBe(isFound ? id : undefined);
      state.isDown = false;
      expect((await find())?.record?.id).toBe(id);
    },
    20_000,
  );
});
