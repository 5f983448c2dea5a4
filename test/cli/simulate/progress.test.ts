import { describe, expect, it } from "vitest";
import { toTook } from "../../../src/cli/simulate/progress.ts";

describe("toTook()", () => {
  it("says how fast a long log was read and what memory it needed, and nothing of a short one", () => {
    expect(toTook({ lines: 1_000_000 }, { tookMs: 8_000, peakBytes: 300_500_000 })).toBe(
      "1000000 lines in 8.0 s, 125000 a second; 301 MB of memory at most",
    );
    expect(toTook({ lines: 99_999 }, { tookMs: 800, peakBytes: 1 })).toBeUndefined();
  });
});
