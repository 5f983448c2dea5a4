import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import {
  addKeyChanges,
  KEY_CHANGES_MAX,
  type KeyHistory,
  startKeyHistory,
  toKeyChanges,
} from "../../../src/core/control/key-changes.ts";

const grow = (history: KeyHistory, ...changes: readonly (readonly [number, ...string[]])[]): KeyHistory =>
  changes.reduce((all, [version, ...changed]) => addKeyChanges(all, { version, changed }), history);

describe("toKeyChanges()", () => {
  const history = grow(startKeyHistory(4), [6, "a", "b"], [7, "c"]);

  it.each([
    ["nothing to who knows the newest", 7, []],
    ["what changed since", 6, ["c"]],
    ["what changed together with what is not known", 5, ["a", "b", "c"]],
    ["all since it began", 4, ["a", "b", "c"]],
    ["that it cannot know, of a version before it began", 3, undefined],
    ["that it cannot know, of a version that never was", 8, undefined],
    ["that it cannot know, to who knows nothing", -1, undefined],
  ])("says %s", (_name, known, changed) => {
    expect(toKeyChanges(history, known)).toEqual({ version: 7, changed });
  });

  it("forgets what it was told not to know", () => {
    const forgetful = addKeyChanges(history, { version: 9, changed: undefined });
    expect(toKeyChanges(forgetful, 7).changed).toBeUndefined();
    expect(toKeyChanges(forgetful, 9).changed).toEqual([]);
  });

  it("drops what comes late", () => {
    expect(addKeyChanges(history, { version: 7, changed: ["z"] })).toBe(history);
  });

  it("never leaves a change out, however many there were", () => {
    const changes = fc.array(fc.integer({ min: 0, max: 2 * KEY_CHANGES_MAX }), { maxLength: 8 });
    fc.assert(
      fc.property(changes, fc.nat(8), (sizes, at) => {
        const made = sizes.map((size, index) =>
          Array.from({ length: size }, (_, number) => `${index + 1}-${number}`),
        );
        const all = made.reduce(
          (before, changed, index) => addKeyChanges(before, { version: index + 1, changed }),
          startKeyHistory(0),
        );
        const known = Math.min(at, sizes.length);
        const { version, changed } = toKeyChanges(all, known);
        expect(version).toBe(sizes.length);
        expect(all.recent.length).toBeLessThanOrEqual(KEY_CHANGES_MAX);
        if (changed !== undefined) expect(changed).toEqual(made.slice(known).flat());
      }),
    );
  });
});
