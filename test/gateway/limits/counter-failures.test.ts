// How the gateway asks counter objects that fail: with the properties by which the platform marks its errors, and in the
// ways in which workerd lets a real object fail.

import { runInDurableObject } from "cloudflare:test";
import { env, waitUntil } from "cloudflare:workers";
import { expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import type { Policy } from "../../../src/core/policies/policy.ts";
import { OPEN_MS } from "../../../src/core/counters/counter-breaker.ts";
import type { Phase } from "../../../src/core/counters/counter-messages.ts";
import { CounterClient, type ObjectAnswer } from "../../../src/gateway/limits/counter-client.ts";
import { type ObjectChecks, toObjectChecks } from "../../../src/core/policies/object-checks.ts";
import type { Bindings } from "../../../src/platform/bindings.ts";
import type { Failure, ScriptedObject } from "../../support/scripted-object.ts";
import { SLOW_MS } from "../../support/slow.ts";
import { toRow } from "./limits-desk.ts";

const { SCRIPTED, STALLING, SLOW } = env as unknown as {
  readonly SCRIPTED: DurableObjectNamespace<ScriptedObject>;
  readonly STALLING: Bindings["COUNTERS"];
  readonly SLOW: Bindings["COUNTERS"];
};

const HOURLY = { algorithm: "sliding-window", limit: 10, window: "1h", key: "ip", timeoutMs: 5_000 };

function toPolicies(options: Readonly<Record<string, object>>): readonly Policy[] {
  const config = parseConfig({ origin: "zone", policies: options, routes: [{ path: "/*" }] });
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  return config.value.policies;
}

function toChecks(object: string, policies: readonly Policy[]): ObjectChecks {
  return toObjectChecks(
    object,
    policies.map((policy) => toRow(policy, "k")),
  );
}

/** A client of its own, and one object that it asks. */
class Desk {
  readonly client = new CounterClient(SCRIPTED);
  readonly stub: DurableObjectStub<ScriptedObject>;
  readonly checks: ObjectChecks;

  constructor(object: string, options: object = HOURLY) {
    this.stub = SCRIPTED.getByName(object);
    this.checks = toChecks(object, toPolicies({ p: options }));
  }

  ask(phase: Phase = "take", id: string = crypto.randomUUID()): Promise<ObjectAnswer> {
    return this.client.ask(this.checks, { phase, id }, { waitUntil });
  }

  /** Asks so often at once, of an object that fails like this: how many answers were not its own, and its calls. */
  async askWhile(failures: readonly Failure[], times: number): Promise<{ degraded: number; calls: number }> {
    await this.stub.script(failures);
    const answers = await Promise.all(Array.from({ length: times }, () => this.ask()));
    const degraded = answers.filter(({ failure }) => failure !== undefined).length;
    return { degraded, calls: await this.stub.takeCalls() };
  }
}

const retries: readonly (readonly [
  name: string,
  failures: readonly Failure[],
  degraded: number,
  calls: number,
])[] = [
  ["that may be retried is asked once more", [{ retryable: true }], 0, 2],
  ["that fails twice is asked twice", [{ retryable: true }, { retryable: true }], 1, 2],
  ["that fails for good is asked once", [{}], 1, 1],
  ["that is overloaded is never asked again", [{ overloaded: true }], 1, 1],
  ["that is overloaded is not retried, whatever else it says", [{ retryable: true, overloaded: true }], 1, 1],
];
test.each(retries)("an object %s", async (name, failures, degraded, calls) => {
  expect(await new Desk(name).askWhile(failures, 1)).toEqual({ degraded, calls });
});

test("an object is asked once more with a new stub, for the old one may be broken", async () => {
  const stubs: unknown[] = [];
  const namespace = {
    idFromName: (name: string) => SCRIPTED.idFromName(name),
    get: (id: DurableObjectId) => {
      const stub = SCRIPTED.get(id);
      stubs.push(stub);
      return stub;
    },
  };
  const { stub, checks } = new Desk("new stub");
  await stub.script([{ retryable: true }]);
  const client = new CounterClient(namespace as unknown as Bindings["COUNTERS"]);
  expect((await client.ask(checks, { phase: "take", id: "one" }, { waitUntil })).failure).toBeUndefined();
  expect(new Set(stubs).size).toBe(2);
});

test("an answer that is lost is asked for again, and consumes once", async () => {
  const desk = new Desk("lost answer");
  await desk.stub.script([{ retryable: true, isDecided: true }]);
  const { verdicts, failure } = await desk.ask();
  expect([failure, verdicts[0]?.remaining]).toEqual([undefined, 9]);
  expect((await desk.ask()).verdicts[0]?.remaining).toBe(8);
});

test("five requests in a row that fail are enough, whatever call they share: then the object is left alone", async () => {
  const desk = new Desk("keeps failing");
  const failures = Array.from({ length: 20 }, () => ({}));
  expect(await desk.askWhile(failures, 10)).toEqual({ degraded: 10, calls: 2 });
  expect(await desk.askWhile(failures, 10)).toEqual({ degraded: 10, calls: 0 });
  expect((await desk.ask()).failure).toBe("counter object keeps failing");
});

test("an answer in between starts the count again", async () => {
  const desk = new Desk("fails now and then");
  for (let round = 0; round < 3; round += 1) {
    expect(await desk.askWhile([{}, {}, {}, {}], 4)).toEqual({ degraded: 4, calls: 2 });
    // One decides, and one charges what was admitted without it.
    expect(await desk.askWhile([], 1)).toEqual({ degraded: 0, calls: 2 });
  }
});

test("an overloaded object is left alone at once, tried by one request, and asked again once it answers", async () => {
  const desk = new Desk("overloaded");
  expect(await desk.askWhile([{ overloaded: true }], 1)).toEqual({ degraded: 1, calls: 1 });
  expect(await desk.askWhile([], 5)).toEqual({ degraded: 5, calls: 0 });
  await scheduler.wait(OPEN_MS);
  expect(await desk.askWhile([], 5)).toEqual({ degraded: 4, calls: 2 });
  expect(await desk.askWhile([], 2)).toEqual({ degraded: 0, calls: 2 });
});

test("one object's failures say nothing of another", async () => {
  const [broken, fine] = [new Desk("broken"), new Desk("fine")];
  await broken.askWhile([{ overloaded: true }], 1);
  const { failure } = await broken.client.ask(
    fine.checks,
    { phase: "take", id: crypto.randomUUID() },
    { waitUntil },
  );
  expect(failure).toBeUndefined();
});

test("an object that is reset between two requests is asked with a new stub, and knows what was used", async () => {
  const desk = new Desk("reset");
  await desk.ask();
  const reset = runInDurableObject(desk.stub, (_instance, state) => {
    state.abort("reset on purpose");
  });
  await expect(reset).rejects.toThrow("reset on purpose");
  const { verdicts, failure } = await desk.ask();
  expect([failure, verdicts[0]?.remaining]).toEqual([undefined, 8]);
});

test("a decision that an object could not commit is not left half consumed", async () => {
  const desk = new Desk("half committed", { ...HOURLY, onError: "closed" });
  expect((await desk.ask("hold", "one")).verdicts[0]?.outcome).toBe("allowed");
  await desk.stub.script([{ isDecided: true }]);
  expect((await desk.ask("commit", "one")).verdicts[0]?.outcome).toBe("denied");
  await desk.ask("release", "one");
  expect((await desk.ask("take", "two")).verdicts[0]?.remaining).toBe(9);
});

test("without its object, what one policy's rule refuses costs the others nothing", async () => {
  const client = new CounterClient(SCRIPTED);
  const [local, closed] = toPolicies({
    local: { ...HOURLY, limit: 16 },
    closed: { ...HOURLY, onError: "closed" },
  });
  if (local === undefined || closed === undefined) throw new Error("no policies");
  const ask = (policies: readonly Policy[]): Promise<ObjectAnswer> =>
    client.ask(toChecks("refusing", policies), { phase: "take", id: crypto.randomUUID() }, { waitUntil });
  await SCRIPTED.getByName("refusing").script([{ overloaded: true }]);
  for (let time = 0; time < 5; time += 1) {
    const outcomes = (await ask([local, closed])).verdicts.map(({ outcome }) => outcome);
    expect(outcomes).toEqual(["allowed", "denied"]);
  }
  expect((await ask([local])).verdicts[0]).toMatchObject({ outcome: "allowed", remaining: 1 });
});

test("what is left is divided by the isolates that asked, and what they admit is charged once the object answers", async () => {
  const name = "divided";
  const desks = [new Desk(name), new Desk(name)];
  for (const desk of desks) expect((await desk.ask()).failure).toBeUndefined();
  expect((await desks[0]?.ask())?.verdicts[0]?.remaining).toBe(7);
  const stub = SCRIPTED.getByName(name);
  await stub.script(Array.from({ length: 8 }, () => ({})));
  const admitted: number[] = [];
  for (const desk of desks) {
    const answers = [await desk.ask(), await desk.ask(), await desk.ask(), await desk.ask()];
    admitted.push(answers.filter(({ verdicts }) => verdicts[0]?.outcome === "allowed").length);
  }
  // 7 left for one that knows of two; 8 left for the other, which knows of two as well.
  expect(admitted).toEqual([3, 4]);
  for (const desk of desks) await desk.ask();
  await scheduler.wait(10);
  expect((await new Desk(name).ask()).verdicts[0]).toMatchObject({ outcome: "denied" });
});

test("an answer that comes too late is read: it charges once what both admitted, and gives back what was refused here", async () => {
  const { object, outcomes } = await askTooLate("late");
  // An eighth of the limit, until it hears of what is left.
  expect(outcomes).toEqual(["allowed", "allowed", "denied", "denied"]);
  await scheduler.wait(SLOW_MS * 2);
  const { verdicts } = await new CounterClient(SLOW).ask(
    toChecks(object, toPolicies({ p: { ...HOURLY, limit: 16 } })),
    { phase: "take", id: crypto.randomUUID() },
    { waitUntil },
  );
  expect(verdicts[0]?.remaining).toBe(16 - 2 - 1);
});

/** Four questions to an object that is slow, all of which it answers too late: where all stands still none may be. */
async function askTooLate(name: string): Promise<{ object: string; outcomes: readonly unknown[] }> {
  const client = new CounterClient(SLOW);
  const checks = toChecks(name, toPolicies({ p: { ...HOURLY, limit: 16, timeoutMs: 50 } }));
  const answers: ObjectAnswer[] = [];
  for (let time = 0; time < 4; time += 1)
    answers.push(await client.ask(checks, { phase: "take", id: crypto.randomUUID() }, { waitUntil }));
  if (answers.some(({ failure }) => failure === undefined)) return askTooLate(`${name} again`);
  return { object: name, outcomes: answers.map(({ verdicts }) => verdicts[0]?.outcome) };
}

test("the shortest timeoutMs of the policies that refuse is waited for, not a shadow's", async () => {
  const client = new CounterClient(STALLING);
  const policies = toPolicies({
    slow: { ...HOURLY, timeoutMs: 90 },
    slower: { ...HOURLY, timeoutMs: 120 },
    shadow: { ...HOURLY, timeoutMs: 1, mode: "shadow" },
  });
  const question = { phase: "take", id: "one" } as const;
  const { failure } = await client.ask(toChecks("o", policies), question, { waitUntil });
  expect(failure).toBe("no answer within 90 ms");
  const shadow = toChecks("o", policies.slice(2));
  expect((await client.ask(shadow, question, { waitUntil })).failure).toBe("no answer within 1 ms");
});
