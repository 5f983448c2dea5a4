import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Directive, parseCacheControl } from "../../../src/core/cache/cache-control.ts";

/** As "name", "name=argument" or "name!" when malformed. */
function show(directives: readonly Directive[]): readonly string[] {
  return directives.map(
    ({ name, argument, isMalformed }) =>
      `${name}${argument === undefined ? "" : `=${argument}`}${isMalformed ? "!" : ""}`,
  );
}

describe("parseCacheControl() (RFC 9111 section 5.2)", () => {
  it.each([
    ["max-age=60, public", ["max-age=60", "public"]],
    ["MAX-AGE=60,PuBlIc", ["max-age=60", "public"]],
    ['max-age="60"', ["max-age=60"]],
    ["  ,, max-age=60 ,\t, no-store,", ["max-age=60", "no-store"]],
    ["max-age=1, max-age=2", ["max-age=1", "max-age=2"]],
    ['private="set-cookie, x-user", max-age=1', ["private=set-cookie, x-user", "max-age=1"]],
    ['ext="max-age=3600", max-age=1', ["ext=max-age=3600", "max-age=1"]],
    [String.raw`ext="a\"b, no-store"`, ['ext=a"b, no-store']],
    ['ext=""', ["ext="]],
    ["max-age='60'", ["max-age='60'"]],
    ["max-age =60", ["max-age!"]],
    ["max-age= 60", ["max-age!"]],
    ["max-age=", ["max-age!"]],
    ["max-age=60 60", ["max-age=60!"]],
    ["no-store;max-age=60", ["no-store!"]],
    ['ext="never closed, no-store', ["ext!", "no-store"]],
    ['ext=a"b, no-store', ["ext=a!", "no-store"]],
    ['ext x="a, no-store', ["ext!", "no-store"]],
    ['"quoted", max-age=1', ["max-age=1"]],
    ["=60, max-age=1", ["max-age=1"]],
    ["", []],
    [", ,", []],
  ])("reads %j", (value, directives) => {
    expect(show(parseCacheControl(value))).toEqual(directives);
  });

  it("never throws, and never loses a directive that follows a comma", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ab\-=;'\t ]{0,12}$/), (junk) => {
        expect(show(parseCacheControl(`${junk}, no-store`)).at(-1)).toBe("no-store");
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void parseCacheControl(text)));
  });

  it("reads back every list of well-formed directives", () => {
    const name = fc.stringMatching(/^[a-z][a-z-]{0,8}$/);
    const argument = fc.option(fc.string({ maxLength: 8 }), { nil: undefined });
    const directive = fc.record({ name, argument });
    fc.assert(
      fc.property(fc.array(directive), (directives) => {
        const written = directives.map((given) =>
          given.argument === undefined
            ? given.name
            : `${given.name}="${given.argument.replaceAll(/["\\]/g, String.raw`\$&`)}"`,
        );
        expect(parseCacheControl(written.join(", "))).toEqual(
          directives.map((given) => ({ ...given, isMalformed: false })),
        );
      }),
    );
  });

  it("takes linear time on a long field of open quotes", () => {
    const started = performance.now();
    parseCacheControl('a="'.repeat(20_000));
    parseCacheControl(`a="${String.raw`\"`.repeat(20_000)}`);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
