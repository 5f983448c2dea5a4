import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { standard } from "../../../../src/core/feedback/profiles/standard.ts";
import { type Fields, NOW_MS, read } from "./readings.ts";
import { toRuns } from "../../../property-runs.ts";

const EPOCH_SECONDS = NOW_MS / 1_000 + 90;
const origin = (reading: object): object => ({ scope: "origin", ...reading });

const said: readonly (readonly [what: string, fields: Fields, reading: object])[] = [
  [
    "X-RateLimit with a reset in seconds",
    { "x-ratelimit-limit": "100", "x-ratelimit-remaining": "7", "x-ratelimit-reset": "30" },
    { limit: 100, remaining: 7, resetMs: 30_000 },
  ],
  [
    "X-RateLimit with a reset in epoch seconds",
    { "x-ratelimit-remaining": "7", "x-ratelimit-reset": String(EPOCH_SECONDS) },
    { remaining: 7, resetMs: 90_000 },
  ],
  [
    "a reset in epoch milliseconds",
    { "x-ratelimit-remaining": "7", "x-ratelimit-reset": String(EPOCH_SECONDS * 1_000) },
    { remaining: 7, resetMs: 90_000 },
  ],
  [
    "a reset that has been",
    { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(EPOCH_SECONDS - 1_000) },
    { remaining: 0, resetMs: 0 },
  ],
  [
    "X-Rate-Limit",
    { "x-rate-limit-limit": "15", "x-rate-limit-remaining": "3", "x-rate-limit-reset": "1" },
    { limit: 15, remaining: 3, resetMs: 1_000 },
  ],
  [
    "the draft's fields until -06",
    { "ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "50", "ratelimit-reset": "30" },
    { limit: 100, remaining: 50, resetMs: 30_000 },
  ],
  [
    "the draft's field of -07",
    { ratelimit: "limit=100, remaining=50, reset=30" },
    { limit: 100, remaining: 50, resetMs: 30_000 },
  ],
  [
    "the draft's fields from -08 on",
    { ratelimit: '"daily";r=5;t=60', "ratelimit-policy": '"burst";q=9;w=1, "daily"; q=1000; w=86400' },
    { limit: 1_000, remaining: 5, resetMs: 60_000 },
  ],
  ["a partition key beside them", { ratelimit: '"a";pk=:dHJ5:;r=5' }, { remaining: 5 }],
];

test.each(said)("standard reads %s", (_, fields, reading) => {
  expect(read(standard, 200, fields)).toEqual([origin(reading)]);
});

test("standard reads several items, and all fields that there are", () => {
  const fields = { ratelimit: '"a";r=5;t=1, "b";r=2', "x-ratelimit-remaining": "9" };
  expect(read(standard, 200, fields)).toEqual([
    origin({ remaining: 9 }),
    origin({ remaining: 5, resetMs: 1_000 }),
    origin({ remaining: 2 }),
  ]);
});

describe("standard takes for a refusal", () => {
  test.each([
    ["429", 429, {}, [origin({ isRefused: true })]],
    ["429 with Retry-After", 429, { "retry-after": "5" }, [origin({ stopMs: 5_000, isRefused: true })]],
    ["503 with Retry-After", 503, { "retry-after": "5" }, [origin({ stopMs: 5_000, isRefused: true })]],
    ["not 503 alone", 503, {}, []],
    ["not a redirect with Retry-After", 301, { "retry-after": "5" }, []],
    ["not 403", 403, {}, []],
  ] as const)("%s", (_, status, fields, readings) => {
    expect(read(standard, status, fields)).toEqual(readings);
  });

  test("nothing else: a date is read as the time until it", () => {
    const date = new Date(NOW_MS + 7_000).toUTCString();
    expect(read(standard, 429, { "retry-after": date })).toEqual([
      origin({ stopMs: 7_000, isRefused: true }),
    ]);
  });
});

describe("standard ignores what cannot be read", () => {
  test.each([
    { "x-ratelimit-remaining": "-5" },
    { "x-ratelimit-remaining": "1e9" },
    { "x-ratelimit-remaining": "7.5" },
    { "x-ratelimit-remaining": "1234567890123456" },
    { "x-ratelimit-limit": "100" },
    { ratelimit: '"a;r=5' },
    { ratelimit: '"a";r=5, b' },
    { ratelimit: '"a";r=-5;t=3' },
  ])("%j", (fields) => {
    expect(read(standard, 200, fields)).toEqual([]);
  });

  test("whatever it is: every number is finite and not negative", () => {
    const name = fc.constantFrom("ratelimit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after");
    const value = fc.oneof(fc.string(), fc.stringMatching(/^["a-z0-9;=,: rt-]{0,40}$/), fc.nat().map(String));
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), fc.dictionary(name, value), (status, fields) => {
        for (const reading of read(standard, status, fields))
          for (const number of Object.values(reading).filter((one) => typeof one === "number"))
            expect(number >= 0 && number < Infinity).toBe(true);
      }),
      { numRuns: toRuns(500) },
    );
  });
});
