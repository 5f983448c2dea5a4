// What counting a refused request costs: the platform makes a new object of where a client is, each time that it is asked.

import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { RequestTrace } from "../../../src/gateway/request/request-trace.ts";
import { Recorder } from "../../../src/gateway/stats/recorder.ts";
import type { Bindings } from "../../../src/platform/bindings.ts";

test("a flood's refusals look up where each client is once", () => {
  const { STATS } = env as unknown as Bindings;
  const recorder = new Recorder(STATS);
  let lookUps = 0;
  const refuse = (address: string | undefined): void => {
    const trace = new RequestTrace(Date.now());
    trace.facts = {
      method: "GET",
      requestId: "id",
      address,
      identity: undefined,
      continent: "EU",
      get country() {
        lookUps += 1;
        return "CH";
      },
      get asn() {
        lookUps += 1;
        return 64_500;
      },
    };
    trace.refuse("quota-exceeded", { violated: ["p"] });
    const request = new Request("https://gateway.example/");
    recorder.answered(trace, { status: 429, request, waitUntil: () => undefined });
  };
  for (let time = 0; time < 100; time += 1) refuse("192.0.2.1");
  expect(lookUps).toBe(2);
  refuse("192.0.2.2");
  expect(lookUps).toBe(4);
  // Clients without an address are not one client.
  for (let time = 0; time < 2; time += 1) refuse(undefined);
  expect(lookUps).toBe(8);
});
