// Many requests, few calls: real counter objects that count how often they are asked.

import { runInDurableObject } from "cloudflare:test";
import { env, waitUntil } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { algorithms } from "../../../src/core/algorithms/registry.ts";
import {
  type CounterReply,
  type CounterRequest,
  MESSAGE_VERSION,
} from "../../../src/core/counters/counter-messages.ts";
import { type CallFailure, CounterCalls } from "../../../src/gateway/limits/counter-calls.ts";
import type { Bindings } from "../../../src/platform/bindings.ts";
import type { ScriptedObject } from "../../support/scripted-object.ts";

const { SCRIPTED, SLOW, STALLING } = env as unknown as {
  readonly SLOW: Bindings["COUNTERS"];
  readonly SCRIPTED: DurableObjectNamespace<ScriptedObject>;
  readonly STALLING: DurableObjectNamespace<ScriptedObject>;
};

function toRequest(key: string, limit: number): CounterRequest {
  const options = { algorithm: "sliding-window", limit, window: "1h" };
  const settings = algorithms["sliding-window"].parseConfig(options);
  if (!settings.ok) throw new Error("test options are wrong");
  const check = { policy: "p", algorithm: "sliding-window", settings: settings.value, cost: 1 } as const;
  const id = crypto.randomUUID();
  return { version: MESSAGE_VERSION, phase: "take", id, keys: [{ key, checks: [check] }] };
}

/** Asks all at once, and says how each was answered and how many calls it took. */
async function callAll(
  object: string,
  requests: readonly CounterRequest[],
): Promise<{ readonly outcomes: readonly string[]; readonly calls: number }> {
  const calls = new CounterCalls(SCRIPTED);
  const stub = SCRIPTED.getByName(object);
  await stub.takeCalls();
  const caller = { timeoutMs: 10_000, waitUntil };
  const answers = await Promise.all(requests.map((request) => calls.call(object, request, caller)));
  return { outcomes: answers.map(toOutcome), calls: await stub.takeCalls() };
}

function toOutcome(answer: CounterReply | CallFailure): string {
  return "failure" in answer ? answer.failure : (answer.verdicts[0]?.outcome ?? "no verdict");
}

const count = (outcomes: readonly string[], wanted: string): number =>
  outcomes.filter((outcome) => outcome === wanted).length;

describe("requests that ask one object at the same moment", () => {
  test("for one key take two calls, and the limit holds exactly", async () => {
    const requests = Array.from({ length: 100 }, () => toRequest("k", 60));
    const { outcomes, calls } = await callAll("one key", requests);
    expect(calls).toBe(2);
    expect([count(outcomes, "allowed"), count(outcomes, "denied")]).toEqual([60, 40]);
    // In the order in which they came.
    expect(outcomes.indexOf("denied")).toBe(60);
  });

  test("for 100 keys take two calls, and each is answered for its own key", async () => {
    const requests = Array.from({ length: 100 }, (_, index) => toRequest(`k${index % 50}`, 1));
    const { outcomes, calls } = await callAll("many keys", requests);
    expect(calls).toBe(2);
    expect(outcomes).toEqual(requests.map((_, index) => (index < 50 ? "allowed" : "denied")));
  });

  test("are at most 100 in a call, and those of a full call do not wait", async () => {
    const requests = Array.from({ length: 250 }, () => toRequest("k", 1_000));
    const { outcomes, calls } = await callAll("full calls", requests);
    expect(calls).toBe(4);
    expect(count(outcomes, "allowed")).toBe(250);
  });

  test("fail alone where only one key cannot be written", async () => {
    const object = "full for one";
    await callAll(object, [toRequest("before", 1)]);
    await runInDurableObject(SCRIPTED.getByName(object), (_instance, state) => {
      state.storage.sql.exec(
        "CREATE TRIGGER full BEFORE INSERT ON counters WHEN NEW.key = 'k2' BEGIN SELECT RAISE(ABORT, 'full'); END",
      );
    });
    const { outcomes, calls } = await callAll(
      object,
      [0, 1, 2, 3, 4].map((index) => toRequest(`k${index}`, 1)),
    );
    expect(calls).toBe(2);
    expect(outcomes).toEqual(["allowed", "allowed", expect.stringMatching(/^full/), "allowed", "allowed"]);
  });

  test("are asked once more where the platform says so, and count once", async () => {
    const object = "retried";
    await SCRIPTED.getByName(object).script([{ retryable: true, isDecided: true }]);
    const requests = Array.from({ length: 10 }, () => toRequest("k", 5));
    const { outcomes, calls } = await callAll(object, requests);
    expect(calls).toBe(3);
    expect([count(outcomes, "allowed"), count(outcomes, "denied")]).toEqual([5, 5]);
  });

  test("of two objects do not wait for each other", async () => {
    const [left, right] = await Promise.all([
      callAll("left", [toRequest("k", 1)]),
      callAll("right", [toRequest("k", 1)]),
    ]);
    expect([left.calls, right.calls]).toEqual([1, 1]);
  });
});

test("each waits by its own clock for an object that stalls", async () => {
  const calls = new CounterCalls(STALLING);
  const ask = async (timeoutMs: number): Promise<readonly [string, number, number]> => {
    const startMs = Date.now();
    const late = scheduler.wait(timeoutMs).then(() => Date.now() - startMs - timeoutMs);
    const answer = await calls.call("o", toRequest("k", 1), { timeoutMs, waitUntil });
    const tookMs = Date.now() - startMs;
    return [toOutcome(answer), tookMs, await late];
  };
  const patience = [400, 30, 200, 30, 800];
  const answers = await Promise.all(patience.map(ask));
  for (const [index, timeoutMs] of patience.entries()) {
    const [outcome, tookMs, lateMs] = answers[index] ?? ["", 0, 0];
    expect(outcome).toBe(`no answer within ${timeoutMs} ms`);
    expect(tookMs).toBeGreaterThanOrEqual(timeoutMs - 5);
    // All that waits is late where the machine stands still, and then what may have come meanwhile is waited for.
    expect(tookMs).toBeLessThan(timeoutMs + 150 + 2 * Math.max(0, lateMs));
  }
});

test("an object of an earlier deployment, which takes no text, is asked by messages", async () => {
  const calls = new CounterCalls(SLOW);
  const ask = (): Promise<CounterReply | CallFailure> =>
    calls.call("earlier", toRequest("k", 1), { timeoutMs: 10_000, waitUntil });
  expect([toOutcome(await ask()), toOutcome(await ask())]).toEqual(["allowed", "denied"]);
});

/** A namespace's objects, and how often a call was sent to one. */
function watch(namespace: DurableObjectNamespace<ScriptedObject>): {
  readonly calls: CounterCalls;
  readonly sent: () => number;
} {
  let sent = 0;
  const watched = {
    idFromName: (name: string) => namespace.idFromName(name),
    get: (id: DurableObjectId) => {
      sent += 1;
      return namespace.get(id);
    },
  };
  return { calls: new CounterCalls(watched as unknown as Bindings["COUNTERS"]), sent: () => sent };
}

test("those that wait for a call under way wait as long as the least patient of them can", async () => {
  const { calls, sent } = watch(STALLING);
  const ask = (timeoutMs: number): Promise<unknown> =>
    calls.call("o", toRequest("k", 1), { timeoutMs, waitUntil });
  const answers = [ask(200), ask(500), ask(100)];
  expect(sent()).toBe(1);
  // After a tenth of 100 ms, and before the 50 ms of the most patient.
  await scheduler.wait(30);
  expect(sent()).toBe(2);
  await Promise.all(answers);
});

test("once a call is answered, the next request goes at once", async () => {
  const { calls, sent } = watch(SCRIPTED);
  for (let time = 1; time <= 3; time += 1) {
    const answer = calls.call("in turn", toRequest("k", 9), { timeoutMs: 10_000, waitUntil });
    expect(sent()).toBe(time);
    expect(toOutcome(await answer)).toBe("allowed");
  }
});
