import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SecretFinder } from "../../../src/core/origins/secret-finder.ts";

const SECRET = 'EAAB|4/x+y=<"z">&w';

/** The text as it passes in these pieces. */
function passInPieces(pieces: readonly string[], finder: SecretFinder): string {
  let [held, passed] = ["", ""];
  for (const piece of pieces) {
    const text = held + piece;
    const found = finder.find(text);
    const whole = finder.findUnfinished(text, found.at(-1)?.[1] ?? 0);
    passed += finder.redact(text).slice(0, whole);
    held = text.slice(whole);
  }
  return passed + held;
}

const html = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const lower = (text: string): string => text.replaceAll(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase());
const WRITTEN: Readonly<Record<string, string>> = {
  "as it is": SECRET,
  "in a URL": encodeURIComponent(SECRET),
  "in a URL, in lower case": lower(encodeURIComponent(SECRET)),
  "in a form": new URLSearchParams([["", SECRET]]).toString().slice(1),
  "in a URL in a URL": encodeURIComponent(encodeURIComponent(SECRET)),
  "in JSON": JSON.stringify(SECRET).slice(1, -1),
  "in JSON by PHP": JSON.stringify(SECRET).slice(1, -1).replaceAll("/", "\\/"),
  "in JSON by Go": JSON.stringify(SECRET).slice(1, -1).replaceAll("&", "\\u0026").replaceAll("<", "\\u003c"),
  "in HTML": html(SECRET),
  "in HTML by numbers": SECRET.replaceAll(/[^A-Za-z0-9]/g, (char) => `&#${char.charCodeAt(0)};`),
};

describe("SecretFinder", () => {
  const finder = new SecretFinder([SECRET, "another-secret"]);

  test.each(Object.entries(WRITTEN))("finds a secret %s", (_how, written) => {
    const text = `{"next":"https://graph.example/?access_token=${written}&after=1"}`;
    expect(finder.redact(text)).toBe(
      `{"next":"https://graph.example/?access_token=${"*".repeat(written.length)}&after=1"}`,
    );
    expect([finder.has(text), finder.has(text.replace("EAAB", "EAAC"))]).toEqual([true, false]);
  });

  test("lets nothing of it through, however the text is cut, and holds back nothing else", () => {
    const word = fc.oneof(
      fc.constantFrom(
        ...Object.values(WRITTEN),
        "another-secret",
        "EAA",
        "EAAB%7",
        "another-",
        "&#12",
        "x\\",
      ),
      fc.string({ maxLength: 8 }),
    );
    const cutText = fc.tuple(fc.array(word, { maxLength: 8 }), fc.array(fc.nat(400), { maxLength: 30 }));
    fc.assert(
      fc.property(cutText, ([words, cuts]) => {
        const text = words.join("");
        const at = cuts.map((cut) => cut % (text.length + 1)).sort((one, other) => one - other);
        const pieces = [...at, text.length].map((end, index) => text.slice(at[index - 1] ?? 0, end));
        expect(passInPieces(pieces, finder)).toBe(finder.redact(text));
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ["data: hello\n\n", 13],
    ["data: EAAB", 6],
    ["data: EAAB%7C4%2", 6],
    ["data: EAAB\\u007", 6],
    ["data: EAAC", 10],
    ["data: EAABEAA", 10],
    ["", 0],
  ])("waits for no more of %j than what may go on", (text, at) => {
    expect(finder.findUnfinished(text, 0)).toBe(at);
  });

  test("is fast on a text that is full of beginnings", () => {
    const text = "EAAB|4/x+y=<".repeat(20_000);
    const startedMs = performance.now();
    expect(finder.find(text)).toEqual([]);
    expect(performance.now() - startedMs).toBeLessThan(500);
  });
});
