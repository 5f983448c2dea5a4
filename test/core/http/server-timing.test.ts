import { expect, it } from "vitest";
import { toServerTiming } from "../../../src/core/http/server-timing.ts";

it("toServerTiming() names what was waited for, and the whole", () => {
  const waitedMs = { credential: undefined, counter: 3, cache: 0, queue: undefined, origin: 25 };
  expect(toServerTiming(waitedMs, 31)).toBe(
    "gateway-counter;dur=3, gateway-cache;dur=0, gateway-origin;dur=25, gateway;dur=31",
  );
});

it("toServerTiming() has the whole alone where nothing was waited for", () => {
  expect(toServerTiming({ counter: undefined }, 0)).toBe("gateway;dur=0");
});
