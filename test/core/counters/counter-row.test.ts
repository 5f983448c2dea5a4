import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { consumeChecks } from "../../../src/core/counters/key-counters.ts";
import type { KeyCounters } from "../../../src/core/counters/key-state.ts";
import { readRow, writeRow } from "../../../src/core/counters/counter-row.ts";
import { toCheck } from "./map-store.ts";
import { toRuns } from "../../property-runs.ts";

const NOW_MS = 1_700_000_000_000;
const HOUR_MS = 3_600_000;

const POLICIES: Readonly<Record<string, Record<string, unknown>>> = {
  bucket: { algorithm: "token-bucket", limit: 10, window: "1h" },
  window: { algorithm: "sliding-window", limit: 10, window: "2h" },
  log: { algorithm: "sliding-window-log", limit: 10, window: "1h" },
  estimate: { algorithm: "sliding-window-counter", limit: 10, window: "1h" },
  fixed: { algorithm: "fixed-window", limit: 10, window: "1h", align: "first-request" },
  leaky: { algorithm: "leaky-bucket", limit: 10, window: "1h", delayMax: "1h" },
  permits: { algorithm: "concurrency", limit: 10, expires: "1h" },
  plan: { algorithm: "quota", limit: 10, period: "day" },
  // Names that every object has.
  constructor: { algorithm: "token-bucket", limit: 10, window: "1h" },
  prototype: { algorithm: "token-bucket", limit: 10, window: "1h" },
  valueOf: { algorithm: "token-bucket", limit: 10, window: "1h" },
};

const ban = {
  windowEndsMs: NOW_MS + 1_000,
  denials: 2,
  level: 1,
  untilMs: NOW_MS + 60_000,
  settings: { after: 3, windowMs: 1_000, forMs: [60_000, 600_000] },
};

function toCounters(names = Object.keys(POLICIES)): KeyCounters {
  const checks = names.map((name) => toCheck(name, POLICIES[name] ?? {}, 3));
  return consumeChecks({ live: new Map(), bans: new Map() }, checks, NOW_MS).counters;
}

/** What a row says when this is put over it. */
function readWith(
  counters: KeyCounters,
  over: Readonly<Record<string, unknown>>,
): ReturnType<typeof readRow> {
  return readRow(JSON.stringify({ ...(JSON.parse(writeRow(counters).text) as object), ...over }));
}

describe("readRow() of writeRow()", () => {
  test("has what was written of every algorithm, and the bans", () => {
    const counters = { ...toCounters(), bans: new Map([["log", ban]]) };
    const { counters: read, damaged } = readRow(writeRow(counters).text);
    expect(damaged).toEqual([]);
    expect([...read.live.keys()]).toEqual(Object.keys(POLICIES));
    for (const [policy, { written, expiresAtMs }] of counters.live)
      expect(read.live.get(policy)).toMatchObject({ counter: written, expiresAtMs });
    expect(read.bans).toEqual(counters.bans);
  });

  test("has no allowance: the first consumption after it is written again", () => {
    const { counters } = readRow(writeRow(toCounters(["bucket"])).text);
    const check = toCheck("bucket", POLICIES["bucket"] ?? {});
    expect(consumeChecks(counters, [check], NOW_MS).mustWrite).toBe(true);
  });
});

describe("writeRow()", () => {
  test("says when the last of it is back to never seen", () => {
    expect(writeRow(toCounters(["log"])).expiresAtMs).toBe(NOW_MS + HOUR_MS);
    const both = writeRow(toCounters(["log", "window"])).expiresAtMs;
    expect(both).toBeGreaterThan(NOW_MS + 2 * HOUR_MS);
    const banned = {
      ...toCounters(["log"]),
      bans: new Map([["log", { ...ban, untilMs: NOW_MS + 3 * HOUR_MS }]]),
    };
    // And then as long as the ban was, until it is forgiven.
    expect(writeRow(banned).expiresAtMs).toBe(NOW_MS + 3 * HOUR_MS + 60_000);
  });

  test("leaves out what storage need not know", () => {
    expect(writeRow({ live: new Map(), bans: new Map() })).toEqual({
      text: '{"version":1,"counters":{}}',
      expiresAtMs: 0,
    });
  });
});

describe("readRow()", () => {
  test("of no row is never seen, and no damage", () => {
    expect(readRow(undefined)).toEqual({
      counters: { live: new Map(), bans: new Map() },
      damaged: [],
      epoch: 0,
    });
  });

  test("of one damaged counter keeps the others: another deployment may know an algorithm more", () => {
    const counters = toCounters(["bucket", "log", "plan"]);
    const row = JSON.parse(writeRow(counters).text) as { counters: Record<string, object> };
    const over = {
      ...row.counters,
      bucket: { ...row.counters["bucket"], algorithm: "of-tomorrow" },
      plan: { ...row.counters["plan"], state: { algorithm: "quota", used: -1, atMs: NOW_MS } },
    };
    const { counters: read, damaged } = readWith(counters, { counters: over });
    expect(damaged).toEqual(["bucket", "plan"]);
    expect([...read.live.keys()]).toEqual(["log"]);
  });

  test("of one damaged ban keeps the other, and the counters", () => {
    const counters = toCounters(["bucket", "log"]);
    const { counters: read, damaged } = readWith(counters, { bans: { bucket: { level: "high" }, log: ban } });
    expect(damaged).toEqual(["bucket"]);
    expect([[...read.live.keys()], [...read.bans.keys()]]).toEqual([["bucket", "log"], ["log"]]);
  });

  test.each([{ version: 2 }, { counters: [] }, { counters: null }, { bans: "none" }])(
    "of a record that is damaged as a whole keeps nothing and says so: %j",
    (over) => {
      const { counters, damaged } = readWith(toCounters(), over);
      expect([counters.live.size, counters.bans.size, damaged]).toEqual([0, 0, ["*"]]);
    },
  );

  test("never throws, whatever a row holds", () => {
    const part = fc.oneof(fc.json(), fc.string());
    fc.assert(
      fc.property(part, fc.jsonValue(), (text, value) => {
        readRow(text);
        const row = {
          version: 1,
          counters: { log: value, permits: { algorithm: "concurrency", state: value } },
        };
        const { counters, damaged } = readRow(JSON.stringify({ ...row, bans: { log: value } }));
        expect(counters.live.size + damaged.length).toBeGreaterThanOrEqual(2);
      }),
      { numRuns: toRuns(300) },
    );
  });
});
