import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPurgeIndex, isPurged } from "../../../src/core/cache/purge-index.ts";
import { addPurge, NO_PURGES, type Purge, type PurgeSubject } from "../../../src/core/cache/purge-state.ts";
import { NOW_MS } from "./samples.ts";

const URL = "https://api.example/things?a=1";
const RECORD: PurgeSubject = { url: URL, tags: ["shop"], isTagsCut: false, generation: NOW_MS };

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
    expect(isPurged(RECORD, index)).toBe(expected);
    expect(isPurged({ ...RECORD, generation: NOW_MS + 1 }, index)).toBe(false);
  });

  it("reaches a record with cut tags by any tag", () => {
    const index = createPurgeIndex(addPurge(NO_PURGES, toTagPurge("other"), NOW_MS + 1));
    expect(isPurged({ ...RECORD, isTagsCut: true }, index)).toBe(true);
    expect(isPurged(RECORD, index)).toBe(false);
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
        expect(stored.map(({ record }) => isPurged(record, index))).toEqual(
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
