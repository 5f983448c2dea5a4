import { describe, expect, it } from "vitest";
import { addKeyChanges, startKeyHistory } from "../../../src/core/control/key-changes.ts";
import { createKeyFilter, toDigits } from "../../../src/core/control/key-filter.ts";

const [A, B, C] = ["a", "b", "c"].map((digit) => digit.repeat(64)) as [string, string, string];
const toListed = (version: number, ...hashes: readonly string[]) => ({
  version,
  digits: Uint32Array.from(hashes, toDigits),
});

describe("createKeyFilter()", () => {
  it("knows what was listed, what has changed since, and what changes later", () => {
    const history = addKeyChanges(startKeyHistory(1), { version: 2, changed: [B] });
    const filter = createKeyFilter(toListed(1, A), history);
    expect([A, B, C].map((hash) => filter?.mayHave(hash))).toEqual([true, true, false]);
    filter?.add({ changed: [C] });
    expect(filter?.mayHave(C)).toBe(true);
  });

  it("knows nothing where changes since the listing are not known", () => {
    expect(createKeyFilter(toListed(1, A), startKeyHistory(2))).toBeUndefined();
  });

  it("takes a listing that is newer than the changes that have arrived", () => {
    expect(createKeyFilter(toListed(3, A), startKeyHistory(2))?.mayHave(A)).toBe(true);
  });
});
