// What an isolate holds in memory of the Cache API: within its bounds, and nothing that has changed.

import { beforeEach, describe, expect, it } from "vitest";
import type { StoredResponse } from "../../../src/core/cache/stored-response.ts";
import { HELD_BODY_BYTES_MAX, HeldEntries } from "../../../src/gateway/cache/held-entries.ts";
import { record } from "../../core/cache/samples.ts";

const KIB = 1_024;
const BYTES_MAX = 200 * KIB;

function fresh(): StoredResponse {
  return record({ answer: { "cache-control": "max-age=600" }, atMs: Date.now() });
}

let entries = new HeldEntries(BYTES_MAX);
beforeEach(() => {
  entries = new HeldEntries(BYTES_MAX);
});

function hold(key: string, bytes: number, entry = fresh()): void {
  const body = new Uint8Array(bytes);
  entries.hold(key, { entry, body, textLength: 500 }, entries.changes);
}

describe("HeldEntries", () => {
  it("holds bodies up to their bound, and no larger one", () => {
    hold("whole", HELD_BODY_BYTES_MAX);
    hold("large", HELD_BODY_BYTES_MAX + 1);
    expect(entries.get("whole")?.body?.byteLength).toBe(HELD_BODY_BYTES_MAX);
    expect(entries.get("large")).toBeUndefined();
  });

  it("takes no more than it may, whatever comes: long keys and empty bodies too", () => {
    for (let at = 0; at < 2_000; at += 1) {
      hold(`${at} ${"k".repeat(at % 9_000)}`, (at * 977) % HELD_BODY_BYTES_MAX);
      expect(entries.bytes).toBeLessThanOrEqual(BYTES_MAX);
    }
    entries = new HeldEntries(BYTES_MAX);
    for (let at = 0; at < 2_000; at += 1) hold(`empty ${at}`, 0);
    const held = Array.from({ length: 2_000 }, (_, at) => entries.get(`empty ${at}`));
    expect(held.filter((one) => one !== undefined).length).toBeLessThan(BYTES_MAX / KIB);
    expect(held.at(-1)).toBeDefined();
  });

  it("holds nothing that is stale", () => {
    hold("old", 1, { ...fresh(), responseTimeMs: Date.now() - 700_000 });
    expect(entries.get("old")).toBeUndefined();
    expect(entries.bytes).toBe(0);
  });

  it("holds nothing of a look-up during which its key changed", () => {
    const since = entries.changes;
    entries.change("other");
    entries.change("changed");
    const held = { entry: fresh(), body: null, textLength: 500 };
    entries.hold("changed", held, since);
    entries.hold("same", held, since);
    expect([entries.get("changed"), entries.get("same")?.entry]).toEqual([undefined, held.entry]);
  });

  it("holds nothing of a look-up during which more changed than it remembers", () => {
    const since = entries.changes;
    entries.change("changed");
    for (let at = 0; at < 1_000; at += 1) entries.change(`other ${at}`);
    entries.hold("changed", { entry: fresh(), body: null, textLength: 500 }, since);
    expect(entries.get("changed")).toBeUndefined();
  });
});
