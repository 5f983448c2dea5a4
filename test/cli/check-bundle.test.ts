import { describe, expect, test } from "vitest";
import { judge } from "../../src/cli/check-bundle.ts";

const KIB = 1_024;

describe("judge()", () => {
  test("says the size, the start-up and both bounds", () => {
    expect(judge({ gzipBytes: 101.06 * KIB, startUp: 0.642 })).toBe(
      "Headgate without its configuration: 101.1 KiB gzipped (at most 256.0 KiB), start-up 64 % of the reference program's (at most 180 %)",
    );
    expect(judge({ gzipBytes: 256 * KIB, startUp: 1.8 })).toContain("start-up 180 %");
  });

  test.each([
    ["too large", { gzipBytes: 256 * KIB + 1, startUp: 0.1 }, "256.0 KiB gzipped"],
    ["too slow to start", { gzipBytes: 1, startUp: 1.81 }, "start-up 181 %"],
  ])("refuses a bundle that is %s", (_what, measured, said) => {
    expect(() => judge(measured)).toThrow(said);
  });
});
