import fc from "fast-check";
import { expect, test } from "vitest";
import { parseRequestUrl } from "../../../src/gateway/request/request-url.ts";

/** What a parser could take in more than one way, beside what it leaves as it is. */
const hosts = [
  "api.example.com",
  "a-b.c",
  "localhost",
  "127.0.0.1",
  "1.2.3.4",
  "01.2.3.4",
  "256.1.1.1",
  "127.1",
  "0x7f.1",
];
const strangeHosts = [
  "a.1",
  "a.example.com.",
  "xn--mnchen-3ya.de",
  "xn--a.de",
  "[::1]",
  "UPPER.example",
  "a_b.c",
  "ä.de",
  "a..b",
  "",
];
const ports = ["", ":80", ":443", ":8080", ":08080", ":54321", ":65535", ":65536", ":0"];
const pieces = [
  "/",
  "a",
  "A",
  ".",
  "..",
  "%2e",
  "%41",
  "%2f",
  "\\",
  ";",
  ":",
  "@",
  "é",
  " ",
  "~",
  "^",
  "|",
  "{",
  '"',
  "'",
];
const queryPieces = ["?", "a=1", "&", "'", '"', "<", "%", "é", "#x", "{", "|", "^", "\\", " ", "+"];

const text = fc
  .tuple(
    fc.constantFrom("http", "https", "HTTP"),
    fc.constantFrom(...hosts, ...strangeHosts),
    fc.constantFrom(...ports),
    fc.array(fc.constantFrom(...pieces), { maxLength: 8 }),
    fc.array(fc.constantFrom(...queryPieces), { maxLength: 6 }),
  )
  .map(([scheme, host, port, path, query]) => `${scheme}://${host}${port}/${path.join("")}${query.join("")}`);

test("parseRequestUrl() reads every URL as the platform's parser does", () => {
  fc.assert(
    fc.property(text, (written) => {
      const url = URL.parse(written);
      if (url === null) {
        expect(parseRequestUrl(written)).toBeUndefined();
        return;
      }
      if (url.hostname.endsWith(".")) url.hostname = url.hostname.slice(0, -1);
      const { host, hostname, pathname: path, search } = url;
      expect(parseRequestUrl(written)).toEqual({
        scheme: url.protocol.slice(0, -1),
        host,
        hostname,
        path,
        search,
      });
    }),
    { numRuns: 20_000 },
  );
});
