// Links in JSON that is a text of JSON: the answers in a batch.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { putBack, takeOut } from "../../../src/core/shape/json-in-text.ts";
import { toLinkRules } from "../../../src/core/shape/link-rules.ts";
import { LinkScanner } from "../../../src/core/shape/link-scanner.ts";
import { toRuns } from "../../property-runs.ts";

const FROM = "https://graph.example";
const TO = "http://127.0.0.1:8787";
const rewrite = (url: string): string => (url.startsWith(`${FROM}/`) ? TO + url.slice(FROM.length) : url);

/** As a batch is answered; the text may come in pieces. */
function relink(text: string, pieceBytes = Infinity): { readonly text: string; readonly unread: number } {
  const rules = toLinkRules(undefined, { links: ["paging.next"], linkTexts: ["body"] });
  if (rules === undefined) throw new Error("fields are wanted");
  const scanner = new LinkScanner(rules, rewrite);
  const bytes = Buffer.from(text);
  const passed: Uint8Array[] = [];
  for (let at = 0; at < bytes.byteLength; at += pieceBytes)
    passed.push(...scanner.write(bytes.subarray(at, at + pieceBytes)));
  passed.push(scanner.end());
  return { text: Buffer.concat(passed).toString("utf8"), unread: scanner.unread };
}

interface Part {
  readonly code: number;
  readonly body: string;
}
const toBodies = (text: string): readonly unknown[] =>
  (JSON.parse(text) as readonly (Part | null)[]).map((part) => part && (JSON.parse(part.body) as unknown));

const page = (origin: string): object => ({
  data: [{ id: "1", name: 'Bäckerei "Zur ☕"\n\\', link: `${FROM}/no-page` }],
  paging: { next: `${origin}/v25.0/1/posts?after=2&x=%22` },
});

describe("links of the answers in a batch", () => {
  const batch = [
    {
      code: 200,
      headers: [{ name: "Content-Type", value: "text/javascript" }],
      body: JSON.stringify(page(FROM)),
    },
    null,
    { code: 200, body: JSON.stringify({ paging: { next: "https://elsewhere.example/a" } }) },
    { code: 400, body: '{"error":{"code":4}}' },
  ];

  test.each([Infinity, 1, 7])("lead to the gateway, in pieces of %d bytes", (pieceBytes) => {
    const relinked = relink(JSON.stringify(batch), pieceBytes);
    expect(relinked.unread).toBe(0);
    expect(toBodies(relinked.text)).toEqual([
      page(TO),
      null,
      { paging: { next: "https://elsewhere.example/a" } },
      { error: { code: 4 } },
    ]);
  });

  test("lead to the gateway however the API writes them: with escapes within escapes", () => {
    const slashes = (text: string): string => text.replaceAll("/", "\\/");
    const ascii = (text: string): string =>
      text.replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
    const written = slashes(
      ascii(JSON.stringify([{ code: 200, body: slashes(ascii(JSON.stringify(page(FROM)))) }])),
    );
    const relinked = relink(written);
    expect(toBodies(relinked.text)).toEqual([page(TO)]);
    // As it was written, but for the link.
    expect(relinked.text.length - written.length).toBe(
      TO.length - FROM.length + 3 * (TO.split("/").length - FROM.split("/").length),
    );
    // A quotation mark as an escape ends a text within as well.
    expect(toBodies(relink(written.replaceAll('\\"', "\\u0022")).text)).toEqual([page(TO)]);
  });

  test("stay where nothing says that a text is JSON: deeper down, and of another name", () => {
    const text = JSON.stringify(page(FROM));
    for (const whole of [[{ x: { body: text } }], [{ text }], [[{ body: text }]], [{ body: "{ no JSON" }]])
      expect(relink(JSON.stringify(whole)).text).toBe(JSON.stringify(whole));
  });

  test("are counted where the text is too long to be held, which passes as it came", () => {
    const long = JSON.stringify([{ body: JSON.stringify({ x: "a".repeat(300_000), ...page(FROM) }) }]);
    expect(relink(long, 50_000)).toEqual({ text: long, unread: 1 });
  });
});

test("what is taken out and put back is the same text", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      const raw = JSON.stringify(JSON.stringify(value)).slice(1, -1);
      const text = takeOut(raw) ?? "";
      expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(value));
      expect(JSON.parse(`"${putBack(text, raw)}"`)).toBe(JSON.stringify(value));
    }),
    { numRuns: toRuns(1_000) },
  );
});

test("what is no text is said, and nothing breaks", () => {
  expect(["\\x", "\\u12", "\\uzzzz"].map(takeOut)).toEqual([undefined, undefined, undefined]);
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('[{"body":"', '\\"', "\\u0022", "\\", '"', "}", "]", "a", "{", ":"), {
        maxLength: 30,
      }),
      (parts) => {
        const text = parts.join("");
        expect(relink(text, 3).text).toBe(text);
      },
    ),
    { numRuns: toRuns(2_000) },
  );
});
