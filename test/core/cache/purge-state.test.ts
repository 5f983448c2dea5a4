import { describe, expect, it } from "vitest";
import {
  addPurge,
  forgetPurges,
  NO_PURGES,
  PREFIXES_MAX,
  type Purge,
  PURGES_MAX,
  type PurgeState,
} from "../../../src/core/cache/purge-state.ts";
import { NOW_MS } from "./samples.ts";

function addAll(purges: readonly Purge[], state: PurgeState = NO_PURGES): PurgeState {
  return purges.reduce((before, purge) => addPurge(before, purge, NOW_MS), state);
}

function toTagPurge(tag: number | string): Purge {
  return { kind: "tag", tag: String(tag) };
}

describe("addPurge()", () => {
  it("numbers by the clock, and onwards when the clock stands still or goes back", () => {
    const first = addPurge(NO_PURGES, toTagPurge(1), NOW_MS);
    const second = addPurge(first, toTagPurge(2), NOW_MS);
    const third = addPurge(second, toTagPurge(3), NOW_MS - 5_000);
    expect([first.latest, second.latest, third.latest]).toEqual([NOW_MS, NOW_MS + 1, NOW_MS + 2]);
  });

  it("keeps each purge once, with its newest number", () => {
    const state = addAll([toTagPurge("a"), toTagPurge("b"), toTagPurge("A")]);
    expect(state.entries).toEqual([
      { purge: { kind: "tag", tag: "b" }, generation: NOW_MS + 1 },
      { purge: { kind: "tag", tag: "a" }, generation: NOW_MS + 2 },
    ]);
  });

  it("needs no entries after a purge of everything", () => {
    const state = addAll([toTagPurge("a"), { kind: "everything" }]);
    expect(state).toEqual({ latest: NOW_MS + 1, floor: NOW_MS + 1, entries: [] });
  });

  it("holds so many purges and prefixes, and purges everything as old as what it forgets", () => {
    const tags = addAll(Array.from({ length: PURGES_MAX + 1 }, (_, index) => toTagPurge(index)));
    expect([tags.entries.length, tags.floor]).toEqual([PURGES_MAX, NOW_MS]);
    const prefixes = addAll(
      Array.from({ length: PREFIXES_MAX + 1 }, (_, index): Purge => ({
        kind: "prefix",
        url: `https://${index}`,
      })),
      addPurge(NO_PURGES, toTagPurge("a"), NOW_MS),
    );
    expect([prefixes.entries.length, prefixes.floor]).toEqual([PREFIXES_MAX, NOW_MS + 1]);
  });
});

describe("forgetPurges()", () => {
  it("drops only what is older than everything stored", () => {
    const state = addAll([toTagPurge(1), toTagPurge(2)]);
    expect(forgetPurges(state, NOW_MS)).toBe(state);
    expect(forgetPurges(state, NOW_MS + 1).entries.map(({ purge }) => purge)).toEqual([toTagPurge(2)]);
  });
});
