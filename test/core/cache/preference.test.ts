import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findPreferred } from "../../../src/core/cache/preference.ts";

describe("findPreferred() (RFC 9110 section 12.4.2)", () => {
  const languages = ["en", "de"];
  const types = ["text/html", "application/json"];
  it.each([
    ["en;q=0.5, de", languages, "de"],
    ["de-CH, en;q=0.9", languages, "de"],
    ["fr, en;q=0.1", languages, "en"],
    ["fr", languages, undefined],
    ["*", languages, "en"],
    ["de;q=0, *", ["de"], undefined],
    ["EN", languages, "en"],
    ["application/json", types, "application/json"],
    ["application/*, text/html;q=0.5", types, "application/json"],
    ["*/*", types, "text/html"],
    ["text/html;q=0.3, application/json ; q=0.8", types, "application/json"],
    ["en;q=x", languages, undefined],
    ["en;q=9", languages, undefined],
    ["", languages, undefined],
    [null, languages, "en"],
    [undefined, [], undefined],
  ])("of %j among %j is %s", (field, choices, choice) => {
    expect(findPreferred(field, choices)).toBe(choice);
  });

  it("is always one of the choices or none", () => {
    fc.assert(
      fc.property(fc.string(), (field) => {
        expect([...languages, undefined]).toContain(findPreferred(field, languages));
      }),
    );
  });
});
