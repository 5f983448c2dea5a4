import { array, assert, constantFrom, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { toCanonicalPath } from "../../../src/core/http/canonical-path.ts";
import { toBelowPattern } from "../../../src/core/http/own-paths.ts";

const PREFIX = "/__headgate/v1";
const below = toBelowPattern(PREFIX);
const isBelow = (path: string): boolean => {
  const canonical = toCanonicalPath(path, { encodedSlash: "keep" });
  return !canonical.ok || below.test(canonical.value);
};

const PIECES = (
  "/ // %2f %5C \\ /./ /x/../ __headgate __HEADGATE %5f_headgate _%5Fheadgat%65 " +
  "v1 V1 %761 v%31 . .. %20 ; ;a=1 %3B %3bv1 x keys"
).split(" ");

/** The path as the most forgiving origin takes it: parts of names dropped first, or last, or not at all. */
function toReadings(path: string): readonly string[] {
  const decode = (text: string): string =>
    text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const trim = (text: string): string => text.replaceAll(/[. ]+(?=[/\\]|$)/g, "");
  const drop = (text: string): string => text.replaceAll(/;[^/\\]*/g, "");
  return [drop(decode(path)), decode(drop(path)), decode(path)].map((text) => trim(text));
}

describe("toBelowPattern()", () => {
  it("fits every canonical path that some origin may read as one below the prefix", () => {
    const paths = array(constantFrom(...PIECES), { minLength: 3, maxLength: 9 }).map(
      (pieces) => `/${pieces.join("")}`,
    );
    assert(
      property(paths, (path) => {
        const canonical = toCanonicalPath(path, { encodedSlash: "keep" });
        if (!canonical.ok) return;
        const readings = toReadings(canonical.value).map((text) =>
          text.replaceAll(/[/\\]+/g, "/").toLowerCase(),
        );
        if (readings.some((text) => `${text}/`.startsWith(`${PREFIX}/`)))
          expect([path, isBelow(path)]).toEqual([path, true]);
      }),
      { numRuns: 10_000 },
    );
  });

  it.each([
    "/",
    "/__headgate",
    "/__headgate/v10",
    "/__headgate/v1x/y",
    "/__headgate.v1",
    "/a/__headgate/v1",
    "/__headgate/v",
  ])("does not fit %s", (path) => {
    expect(isBelow(path)).toBe(false);
  });

  it("takes a long path in no time", () => {
    const startedMs = performance.now();
    for (const piece of ["/", "%2F", ".", ";", "%20", "__headgate/", ";%2F", ";%2F;/"])
      below.test(`/__headgate${piece.repeat(8_000)}x`);
    expect(performance.now() - startedMs).toBeLessThan(100);
  });
});
