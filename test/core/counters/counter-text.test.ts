// Messages as text say what they say as objects.

import { expect, test } from "vitest";
import { algorithms, type AlgorithmName } from "../../../src/core/algorithms/registry.ts";
import {
  type CounterFailure,
  type CounterReply,
  type CounterRequest,
  MESSAGE_VERSION,
} from "../../../src/core/counters/counter-messages.ts";
import { CounterTable } from "../../../src/core/counters/counter-table.ts";
import {
  readAnswers,
  readRequests,
  writeAnswers,
  writeRequests,
} from "../../../src/core/counters/counter-text.ts";
import { MapStore, toCheck, toTake } from "./map-store.ts";

const OPTIONS: Readonly<Record<AlgorithmName, object>> = {
  "token-bucket": { limit: 10, window: "1m", burst: 3 },
  "sliding-window": { limit: 10, window: "1m" },
  "sliding-window-log": { limit: 10, window: "1m" },
  "sliding-window-counter": { limit: 10, window: "1m" },
  "fixed-window": { limit: 10, window: "1m" },
  "leaky-bucket": { limit: 10, window: "1m" },
  concurrency: { limit: 10, expires: "1m" },
  quota: { limit: 10, period: "month", timezone: "Europe/Berlin" },
};

test("a request is the same after it was text, whatever its algorithm", () => {
  const names = Object.keys(algorithms) as AlgorithmName[];
  const checks = names.map((algorithm) => toCheck("policy", { algorithm, ...OPTIONS[algorithm] }));
  const request: CounterRequest = {
    ...toTake('a "key" \n ü', ...checks),
    asker: "asker",
    client: undefined,
    refusedBefore: { policies: ["policy"], count: 3, agoMs: 0.5 },
    confirmed: ["one"],
  };
  expect(readRequests(writeRequests([request, request]))).toEqual([request, request]);
});

test("an answer is the same after it was text, also where no wait is long enough", () => {
  const table = new CounterTable(new MapStore(), 100);
  const check = toCheck("policy", { algorithm: "token-bucket", ...OPTIONS["token-bucket"] });
  const [allowed, denied, impossible] = [3, 3, 100].map((cost): CounterReply =>
    table.handle(toTake("key", { ...check, cost }), 1_000),
  );
  const failure: CounterFailure = { version: MESSAGE_VERSION, failure: "counter object is full" };
  const answers = [allowed, denied, failure, impossible] as (CounterReply | CounterFailure)[];
  expect(impossible?.verdicts[0]?.retryAfterMs).toBe(Infinity);
  expect(readAnswers(writeAnswers(answers))).toEqual(answers);
});
