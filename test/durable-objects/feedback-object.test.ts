// The feedback object on real storage: stops outlive an eviction, paces do not, and nothing is left when they are over.

import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import type { FeedbackReport } from "../../src/core/feedback/feedback-messages.ts";
import { type Knowledge, NOTHING } from "../../src/core/feedback/quota-knowledge.ts";
import type { FeedbackObject } from "../../src/durable-objects/feedback-object.ts";

const { FEEDBACK } = env as unknown as { readonly FEEDBACK: DurableObjectNamespace<FeedbackObject> };

let objects = 0;
const newObject = (): DurableObjectStub<FeedbackObject> => FEEDBACK.getByName(`feedback-${(objects += 1)}`);

const EMPTY: FeedbackReport = { id: "reader", version: 0, news: [], uses: [], claims: [] };
const toReport = (known: Partial<Knowledge>, key = "app\n"): FeedbackReport => ({
  ...EMPTY,
  id: "writer",
  news: [{ key, known: { ...NOTHING, ...known } }],
});
/** As it travels: durations, from now. */
const stopFor = (ms: number): Partial<Knowledge> => ({ stopBeganMs: -10, stopUntilMs: ms });

/** How long another isolate is told to stop; undefined when it is told nothing. */
async function readStop(object: DurableObjectStub<FeedbackObject>): Promise<number | undefined> {
  const { news } = await object.exchange(EMPTY);
  return news[0]?.known.stopUntilMs;
}

const countRows = (object: DurableObjectStub<FeedbackObject>): Promise<number> =>
  runInDurableObject(object, (_, { storage }) => [...storage.kv.list()].length);

describe("exchange()", () => {
  test("tells others what one of them learnt, as durations", async () => {
    const object = newObject();
    await object.exchange(toReport({ askedMs: -50, usedPercent: 90, untilMs: 60_000 }));
    const { news, version } = await object.exchange(EMPTY);
    expect(news).toHaveLength(1);
    expect(news[0]?.known.usedPercent).toBe(90);
    expect(news[0]?.known.askedMs).toBeLessThanOrEqual(-50);
    expect(news[0]?.known.untilMs).toBeLessThanOrEqual(60_000);
    expect(news[0]?.known.untilMs).toBeGreaterThan(30_000);
    expect((await object.exchange({ ...EMPTY, version })).news).toEqual([]);
  });

  test("does not forget a long stop with an eviction", async () => {
    const object = newObject();
    await object.exchange(toReport(stopFor(3_600_000)));
    const { version } = await object.exchange(EMPTY);
    await evictDurableObject(object);
    expect(await readStop(object)).toBeGreaterThan(3_500_000);
    // Who knew of it before needs not hear of it again, but of what came after.
    await object.exchange(toReport(stopFor(60_000), "page\nx"));
    const { news } = await object.exchange({ ...EMPTY, version });
    expect(news.map(({ key }) => key)).toContain("page\nx");
  });

  test("remembers over an eviction which guess it was", async () => {
    const object = newObject();
    await object.exchange(toReport({ ...stopFor(60_000), guesses: 4 }));
    await evictDurableObject(object);
    const { news } = await object.exchange(EMPTY);
    expect(news[0]?.known).toMatchObject({ guesses: 4 });
  });

  test("stores no pace and no stop of seconds", async () => {
    const object = newObject();
    await object.exchange(toReport({ askedMs: -1, usedPercent: 95, untilMs: 60_000 }));
    await object.exchange(toReport(stopFor(4_000), "page\nx"));
    expect(await countRows(object)).toBe(0);
    expect(await runDurableObjectAlarm(object)).toBe(false);
  });

  test("forgets a stored stop that turned out too long", async () => {
    const object = newObject();
    await object.exchange(toReport({ ...stopFor(60_000), guesses: 2 }));
    expect(await countRows(object)).toBe(1);
    await object.exchange(toReport({ askedMs: 0, usedPercent: 50, untilMs: 60_000 }));
    expect(await countRows(object)).toBe(0);
    await evictDurableObject(object);
    expect(await readStop(object)).toBeUndefined();
  });
});

describe("the alarm", () => {
  test("deletes what is over, and comes back for what is not", async () => {
    const object = newObject();
    await object.exchange(toReport(stopFor(3_600_000)));
    await object.exchange(toReport(stopFor(60_000), "page\nx"));
    await runInDurableObject(object, async (_, { storage }) => {
      const known = storage.kv.get<Knowledge>("stop:page\nx");
      if (known === undefined) throw new Error("it was stored");
      storage.kv.put("stop:page\nx", { ...known, stopUntilMs: Date.now() - 1 });
    });
    await evictDurableObject(object);
    expect(await runDurableObjectAlarm(object)).toBe(true);
    expect(await countRows(object)).toBe(1);
    expect(await readStop(object)).toBeGreaterThan(3_500_000);
    const alarmMs = await runInDurableObject(object, (_, { storage }) => storage.getAlarm());
    expect(alarmMs).toBeGreaterThan(Date.now() + 3_000_000);
  });
});
