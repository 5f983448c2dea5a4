import { describe, expect, it } from "vitest";
import { parsePurges, parsePurgeState } from "../../../src/core/cache/parse-purges.ts";
import { addPurge, NO_PURGES } from "../../../src/core/cache/purge-state.ts";
import { NOW_MS } from "./samples.ts";

describe("parsePurges()", () => {
  it("reads what to purge, in the form that stored records have", () => {
    const parsed = parsePurges({
      urls: ["HTTPS://API.example:443/a/../b?x=1"],
      paths: ["https://api.example/b?x=1"],
      prefixes: ["https://api.example/v1"],
      tags: ["Shop"],
    });
    expect(parsed.ok && parsed.value).toEqual([
      { kind: "url", url: "https://api.example/b?x=1" },
      { kind: "path", url: "https://api.example/b" },
      { kind: "prefix", url: "https://api.example/v1" },
      { kind: "tag", tag: "Shop" },
    ]);
    const everything = parsePurges({ everything: true, tags: ["a"] });
    expect(everything.ok && everything.value).toEqual([{ kind: "everything" }]);
  });

  it.each([
    [{}, ""],
    [{ everything: false }, "everything"],
    [{ urls: ["/b"] }, "urls.0"],
    [{ urls: ["https://u:p@api.example/"] }, "urls.0"],
    [{ urls: "https://api.example/" }, "urls"],
    [{ prefixes: [`https://api.example/${"x".repeat(2_048)}`] }, "prefixes.0"],
    [{ tags: [""] }, "tags.0"],
    [{ tags: ["x".repeat(257)] }, "tags.0"],
    [{ tags: Array.from({ length: 101 }, (_, index) => `t${index}`) }, ""],
    [{ tag: ["a"] }, "tag"],
  ])("refuses %j and says where", (input, path) => {
    const parsed = parsePurges(input);
    expect(parsed.ok ? [] : parsed.error.map((problem) => problem.path)).toEqual([path]);
  });
});

describe("parsePurgeState()", () => {
  it("reads back a state, and nothing that is damaged", () => {
    const state = addPurge(
      addPurge(NO_PURGES, { kind: "tag", tag: "a" }, NOW_MS),
      { kind: "path", url: "https://a/" },
      NOW_MS,
    );
    expect(parsePurgeState(JSON.parse(JSON.stringify(state)))).toEqual(state);
    for (const damage of [
      null,
      {},
      { ...state, latest: -1 },
      { ...state, entries: [{ purge: { kind: "x" }, generation: 1 }] },
    ]) {
      expect(parsePurgeState(damage)).toBeUndefined();
    }
  });
});
