import { describe, expect, it } from "vitest";
import {
  describePoints,
  readSuspects,
  type ShownSuspect,
  type SuspectsPage,
} from "../../../src/core/reputation/suspects.ts";

const toSuspect = (address: string, score: number, banMs = 0): ShownSuspect => ({
  address,
  isOfOtherSites: false,
  standing: banMs > 0 ? "banned" : "suspect",
  score,
  banMs,
  lastAtMs: 0,
  points: { denied: 0, faults: score, traps: 0 },
});

const toPage = (items: readonly ShownSuspect[], next?: number): SuspectsPage => ({
  mode: "enforce",
  items,
  count: items.length,
  objects: { asked: 64, unanswered: next === undefined ? 1 : 0 },
  next,
});

describe("readSuspects()", () => {
  it("puts all pages together: the banned first, then by score, and no more than are wanted", async () => {
    const asked: string[] = [];
    const pages = [
      toPage([toSuspect("a", 90), toSuspect("b", 40)], 64),
      toPage([toSuspect("c", 50, 1), toSuspect("d", 60)]),
    ];
    const found = await readSuspects(async (query) => {
      asked.push(query);
      return pages[asked.length - 1] ?? toPage([]);
    }, 3);
    expect(asked).toEqual(["limit=3", "limit=3&cursor=64"]);
    expect(found.items.map(({ address }) => address)).toEqual(["c", "a", "d"]);
    expect([found.count, found.objects, found.next]).toEqual([4, { asked: 128, unanswered: 1 }, undefined]);
  });
});

describe("describePoints()", () => {
  it("says what there is most of first, and nothing of what is as good as none", () => {
    expect(describePoints({ denied: 0.4, faults: 12.4, traps: 20 })).toBe("traps 20, faults 12");
    expect(describePoints({ denied: 0, faults: 0, traps: 0 })).toBe("");
  });
});
