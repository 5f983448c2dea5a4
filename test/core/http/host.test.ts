import * as fc from "fast-check";
import { expect, test } from "vitest";
import { toHost } from "../../../src/core/http/host.ts";
import { toRuns } from "../../property-runs.ts";

test.each([
  ["api.example.com", "api.example.com"],
  ["API.Example.COM", "api.example.com"],
  ["localhost", "localhost"],
  ["my_service", "my_service"],
  ["xn--bcher-kva.example", "xn--bcher-kva.example"],
  ["127.0.0.1", "127.0.0.1"],
  ["1.example", "1.example"],
  ["[::1]", "[::1]"],
  ["[0:0:0:0:0:0:0:1]", "[::1]"],
  ["[2001:DB8:0:0:1:0:0:1]", "[2001:db8::1:0:0:1]"],
  ["[::ffff:1.2.3.4]", "[::ffff:102:304]"],
])("toHost() reads %s as %s", (text, host) => {
  expect(toHost(text)).toBe(host);
});

test.each([
  "",
  ".",
  "api.example.com.",
  ".example.com",
  "a..b",
  "-a.example",
  "a-.example",
  "a b",
  "a/b",
  "user@host",
  "host:80",
  "exämple.com",
  "%65xample.com",
  "1",
  "127.1",
  "0x7f.0.0.1",
  "0x",
  "a.0x7f",
  "010.0.0.1",
  "1.2.3.256",
  "1.2.3.4.5",
  "example.1",
  "::1",
  "[::1",
  "::1]",
  "[]",
  "[::1%25eth0]",
  "[1.2.3.4]",
  "[:::]",
  "a".repeat(64),
  `${"a.".repeat(126)}aa`,
])("toHost() refuses %j", (text) => {
  expect(toHost(text)).toBeUndefined();
});

test("toHost() says what a URL parser says, whenever it says anything", () => {
  const hosts = fc.oneof(
    fc.domain(),
    fc.ipV4(),
    fc.ipV4Extended(),
    fc.ipV6().map((address) => `[${address}]`),
    fc
      .array(fc.stringMatching(/^[a-wyzA-WYZ0-9_-]{1,4}$/), { minLength: 1, maxLength: 4 })
      .map((labels) => labels.join(".")),
  );
  fc.assert(
    fc.property(hosts, (text) => {
      const host = toHost(text);
      if (host !== undefined) expect(new URL(`http://${text}`).hostname).toBe(host);
    }),
    { numRuns: toRuns(500) },
  );
});
