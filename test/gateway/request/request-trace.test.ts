// What a request waited for: each wait once, also where one lies within another.

import { expect, test } from "vitest";
import { ofAnswer, ofLimits } from "../../../src/gateway/request/span-attributes.ts";
import { findTracer, type SpanAttributes, type Tracer } from "../../../src/platform/tracing.ts";
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

/** The local runtime traces nothing: this tracer writes down what it is told. */
class Spans implements Tracer {
  readonly ended: [name: string, attributes: SpanAttributes][] = [];
  root: [name: string, attributes: SpanAttributes] | undefined;

  startSpan(name: string): ReturnType<Tracer["startSpan"]> {
    let attributes: SpanAttributes = {};
    return {
      setAttributes: (given) => {
        attributes = given;
      },
      end: () => this.ended.push([name, attributes]),
    };
  }

  finish(name: string, attributes: SpanAttributes): void {
    this.root = [name, attributes];
  }
}

test("a traced request has spans for limits, cache and origin, with the route, the policies and what came of it", async () => {
  const spans = new Spans();
  const trace = new RequestTrace(0, spans);
  trace.route = "/search";
  trace.cache = "miss";
  const limits = {
    rows: [{ policy: { name: "a" } }, { policy: { name: "b" } }],
    answer: { outcome: "allowed" },
  };
  await trace.wait("counter", Promise.resolve(limits), ofLimits);
  const error = { ok: false, error: { code: "origin-timeout" } } as const;
  const lookUp = async (): Promise<void> => {
    await trace.wait("origin", Promise.resolve({ ok: true, value: { status: 200 } } as const), ofAnswer);
    await trace.wait("origin", Promise.resolve(error), ofAnswer);
  };
  await trace.wait("cache", lookUp());
  await trace.wait("queue", Promise.resolve());
  const route = { "headgate.route": "/search" };
  expect(spans.ended).toEqual([
    ["limits", { ...route, "headgate.policy": "a,b", "headgate.outcome": "allowed" }],
    ["origin", { ...route, "headgate.outcome": 200 }],
    ["origin", { ...route, "headgate.outcome": "origin-timeout" }],
    ["cache", { ...route, "headgate.outcome": "miss" }],
  ]);
  trace.refuse("quota-exceeded");
  trace.finish(429);
  expect(spans.root).toEqual(["/search", { ...route, "headgate.outcome": "quota-exceeded" }]);
});

test("a span ends also with what fails, and a request that is not traced has none", async () => {
  const spans = new Spans();
  const failing = Promise.reject(new Error("as wanted"));
  await expect(new RequestTrace(0, spans).wait("origin", failing)).rejects.toThrow("as wanted");
  expect(spans.ended).toEqual([["origin", {}]]);
  // The runtime has spans, and does not trace this.
  expect(findTracer()).toBeUndefined();
});
