// What a request waited for: each wait once, also where one lies within another.

import { expect, test } from "vitest";
import { RequestTrace } from "../../../src/gateway/request/request-trace.ts";

const NEAR_MS = 15;

async function pause(ms: number): Promise<"done"> {
  await scheduler.wait(ms);
  return "done";
}

test("RequestTrace.wait() counts what was waited for, and gives what came", async () => {
  const trace = new RequestTrace(0);
  expect(await trace.wait("counter", pause(40))).toBe("done");
  expect(await trace.wait("counter", pause(40))).toBe("done");
  expect(trace.waitedMs.counter).toBeGreaterThanOrEqual(80 - NEAR_MS);
  expect(trace.waitedMs.origin).toBeUndefined();
});

test("RequestTrace.wait() leaves to a wait within another what is its own", async () => {
  const trace = new RequestTrace(0);
  const lookUp = async (): Promise<void> => {
    await trace.wait("origin", pause(200));
  };
  await trace.wait("cache", lookUp());
  expect(trace.waitedMs.origin).toBeGreaterThanOrEqual(200 - NEAR_MS);
  expect(trace.waitedMs.cache).toBeLessThan(100);
});

test("RequestTrace.wait() counts what ended in an error too, and passes it on", async () => {
  const trace = new RequestTrace(0);
  const failing = pause(40).then(() => Promise.reject(new Error("as wanted")));
  await expect(trace.wait("credential", failing)).rejects.toThrow("as wanted");
  expect(trace.waitedMs.credential).toBeGreaterThanOrEqual(40 - NEAR_MS);
});
