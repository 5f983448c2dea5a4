import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPurgeIndex, isPurged } from "../../../src/core/cache/purge-index.ts";
import { addPurge, NO_PURGES, type Purge, type PurgeSubject } from "../../../src/core/cache/purge-state.ts";
import type { QueryKeySettings } from "../../../src/core/cache/cache-settings.ts";
import { NOW_MS, settings } from "./samples.ts";

const URL = "https://api.example/things?a=1";
const RECORD: PurgeSubject = { url: URL, tags: ["shop"], isTagsCut: false, generation: NOW_MS };

const WHOLE = toKey({});

function toKey(query: unknown): QueryKeySettings {
  return settings({ key: { query } }).key.query;
}

function toTagPurge(tag: string): Purge {
  return { kind: "tag", tag };
}

describe("isPurged()", () => {
  it.each<[string, Purge, boolean]>([
    ["everything", { kind: "everything" }, true],
    ["its URL", { kind: "url", url: URL }, true],
    ["its URL without the query", { kind: "url", url: "https://api.example/things" }, false],
    ["its path", { kind: "path", url: "https://api.example/things" }, true],
    ["a path above", { kind: "path", url: "https://api.example/" }, false],
    ["a prefix", { kind: "prefix", url: "https://api.example/th" }, true],
    ["another prefix", { kind: "prefix", url: "https://api.example/thx" }, false],
    ["its tag", toTagPurge("SHOP"), true],
    ["another tag", toTagPurge("shoe"), false],
  ])("by %s: %s", (_name, purge, expected) => {
    const index = createPurgeIndex(addPurge(NO_PURGES, purge, NOW_MS + 1));
    expect(isPurged(RECORD, index, WHOLE)).toBe(expected);
    expect(isPurged({ ...RECORD, generation: NOW_MS + 1 }, index, WHOLE)).toBe(false);
  });

  it.each<[string, unknown, string, string, boolean]>([
    ["a parameter that the key drops", { exclude: ["utm"] }, "a=1&utm=2", "a=1", true],
    ["all that the key drops", { include: [] }, "a=1&utm=2", "", true],
    ["another order where the key is sorted", { sorted: true }, "b=1&a=1", "a=1&b=1", true],
    ["another order where it is not", {}, "b=1&a=1", "a=1&b=1", false],
    ["a parameter that the key has", { exclude: ["utm"] }, "a=2&utm=2", "a=1", false],
  ])("by a URL with %s", (_name, query, purged, stored, expected) => {
    const url = (text: string): string => `https://api.example/things${text === "" ? "" : `?${text}`}`;
    const state = addPurge(NO_PURGES, { kind: "url", url: url(purged) }, NOW_MS + 1);
    const both = addPurge(state, { kind: "tag", tag: "else" }, NOW_MS + 2);
    const record = { ...RECORD, url: url(stored) };
    expect(isPurged(record, createPurgeIndex(both), toKey(query))).toBe(expected);
    const newer = { ...record, generation: NOW_MS + 1 };
    expect(isPurged(newer, createPurgeIndex(both), toKey(query))).toBe(false);
  });

  it("by every URL of one path that was purged, by the newest number of each", () => {
    const url = (at: number): string => `https://api.example/things?a=${at}`;
    let state = NO_PURGES;
    for (const at of [1, 2, 1]) state = addPurge(state, { kind: "url", url: url(at) }, NOW_MS + 1);
    const index = createPurgeIndex(state);
    const reached = [1, 2, 3].map((at) =>
      isPurged({ ...RECORD, url: url(at), generation: NOW_MS + 2 }, index, WHOLE),
    );
    expect(reached).toEqual([true, false, false]);
  });

  it("reaches a record with cut tags by any tag", () => {
    const index = createPurgeIndex(addPurge(NO_PURGES, toTagPurge("other"), NOW_MS + 1));
    expect(isPurged({ ...RECORD, isTagsCut: true }, index, WHOLE)).toBe(true);
    expect(isPurged(RECORD, index, WHOLE)).toBe(false);
  });

  it("agrees with a list of all purges ever made, and never keeps what one of them reached", () => {
    const url = fc.constantFrom("https://a/x", "https://a/x?1", "https://a/y");
    const purge = fc.oneof(
      { weight: 1, arbitrary: fc.constant<Purge>({ kind: "everything" }) },
      { weight: 4, arbitrary: url.map((text): Purge => ({ kind: "url", url: text })) },
      { weight: 4, arbitrary: url.map((text): Purge => ({ kind: "path", url: text.split("?")[0] ?? "" })) },
      {
        weight: 2,
        arbitrary: fc
          .constantFrom("https://a/", "https://a/x", "https://b")
          .map((text): Purge => ({ kind: "prefix", url: text })),
      },
      { weight: 4, arbitrary: fc.constantFrom("s", "t").map(toTagPurge) },
    );
    const subject = fc.record({ url, tags: fc.subarray(["s", "t"]), isTagsCut: fc.boolean() });
    const step = fc.oneof(purge, subject);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let state = NO_PURGES;
        const stored: { readonly record: PurgeSubject; reached: boolean }[] = [];
        for (const given of steps) {
          if ("kind" in given) {
            state = addPurge(state, given, NOW_MS);
            for (const entry of stored) entry.reached ||= isReached(entry.record, given);
          } else {
            stored.push({ record: { ...given, generation: state.latest }, reached: false });
          }
        }
        const index = createPurgeIndex(state);
        expect(stored.map(({ record }) => isPurged(record, index, WHOLE))).toEqual(
          stored.map(({ reached }) => reached),
        );
      }),
    );
  });
});

function isReached(record: PurgeSubject, purge: Purge): boolean {
  if (purge.kind === "everything") return true;
  if (purge.kind === "tag") return record.isTagsCut || record.tags.includes(purge.tag);
  if (purge.kind === "url") return record.url === purge.url;
  return purge.kind === "path" ? record.url.split("?")[0] === purge.url : record.url.startsWith(purge.url);
}
