import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseOrigin } from "../../../src/core/origins/parse-origin.ts";
import { anyText } from "../any-text.ts";
import { toRuns } from "../../property-runs.ts";

const WANTED = 'must be an http or https URL such as "https://api.example.com", or "zone"';

describe("parseOrigin()", () => {
  test.each([
    ["zone", "zone"],
    ["https://api.example.com", "https://api.example.com"],
    ["http://api.example.com", "http://api.example.com"],
    ["HTTPS://API.Example.COM", "https://api.example.com"],
    ["https://api.example.com/", "https://api.example.com"],
    ["https://api.example.com/v1", "https://api.example.com/v1"],
    ["https://api.example.com/v1/", "https://api.example.com/v1"],
    ["https://api.example.com/V1/a.b/%20", "https://api.example.com/V1/a.b/%20"],
    ["http://localhost:8790", "http://localhost:8790"],
    ["http://my_service:80/a", "http://my_service/a"],
    ["https://api.example.com:443", "https://api.example.com"],
    ["https://api.example.com:00443", "https://api.example.com"],
    ["https://api.example.com:80", "https://api.example.com:80"],
    ["http://api.example.com:08080", "http://api.example.com:8080"],
    ["http://127.0.0.1:1", "http://127.0.0.1:1"],
    ["http://127.0.0.1:65535", "http://127.0.0.1:65535"],
    ["http://[::1]:8080/x", "http://[::1]:8080/x"],
    ["http://[2001:DB8::0:1]", "http://[2001:db8::1]"],
  ])("reads %s as %s", (given, origin) => {
    expect(parseOrigin(given)).toEqual({ ok: true, value: origin });
  });

  test.each([
    "",
    "api.example.com",
    "//evil.example",
    "/path",
    "https:",
    "https://",
    "https:///x",
    "https:/api.example.com",
    "https:api.example.com",
    "https:\\\\api.example.com",
    "javascript:alert(1)",
    "javascript://api.example.com/%0aalert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "ftp://api.example.com",
    "ws://api.example.com",
    "blob:https://api.example.com/x",
    "ZONE",
    "zone/",
    " https://api.example.com",
    "https://api.example.com ",
    "https://api.example.com\n",
    "https://api example.com",
    "https://api.example.com/a b",
    "https://api.example.com\t/x",
    "https://api.example.com\\x",
    "https://api.example.com/a\\b",
    "https://api.example.com.",
    "https://.example.com",
    "https://api..example.com",
    "https://exämple.com",
    "https://api.example.com:",
    "https://api.example.com:0",
    "https://api.example.com:65536",
    "https://api.example.com:999999",
    "https://api.example.com:-1",
    "https://api.example.com:http",
    "https://127.1",
    "https://0x7f.0.0.1",
    "https://1.2.3.256",
    "https://2130706433",
    "https://::1",
    "https://[::1",
    "https://[]",
    "https://[:::]",
    "https://[fe80::1%25eth0]",
    "https://api.example.com//x",
    "https://api.example.com/a//b",
    "https://api.example.com/a//",
    "https://api.example.com/./x",
    "https://api.example.com/a/../b",
    "https://api.example.com/..",
    "https://api.example.com/%2e%2e/x",
    "https://api.example.com/..;/x",
    "https://api.example.com/a%2fb",
    "https://api.example.com/%61",
    "https://api.example.com/%",
    "https://api.example.com/%00",
    "https://api.example.com/ä",
    'https://api.example.com/"',
  ])("refuses %j", (given) => {
    expect(parseOrigin(given)).toEqual({
      ok: false,
      error: [{ path: "origin", code: "invalid", message: `${WANTED}, received ${JSON.stringify(given)}` }],
    });
  });

  test.each([
    [null, "invalid", "null"],
    [5, "invalid", "5"],
    [["https://api.example.com"], "invalid", "an array"],
    [{ url: "https://api.example.com" }, "invalid", "an object"],
    [undefined, "missing", "nothing"],
  ])("refuses %j by its type", (given, code, shown) => {
    const problem = { path: "vars.ORIGIN_URL", code, message: `${WANTED}, received ${shown}` };
    expect(parseOrigin(given, "vars.ORIGIN_URL")).toEqual({ ok: false, error: [problem] });
  });

  test.each([
    ["https://user:hunter2@api.example.com", "https://***@api.example.com"],
    ["https://hunter2@api.example.com/x", "https://***@api.example.com/x"],
    ["https://user:hun@ter2@api.example.com", "https://***@api.example.com"],
    ["https://user:hun/ter2@api.example.com", "https://***@api.example.com"],
    ["https://user:hun?ter2@api.example.com", "https://***@api.example.com"],
    ["https://user:hun\nter2@api.example.com", "https://***@api.example.com"],
    ["user:hunter2@api.example.com", "//***@api.example.com"],
    ["https://api.example.com?token=hunter2", "https://api.example.com?***"],
    ["https://api.example.com/x#hunter2", "https://api.example.com/x?***"],
  ])("refuses %j without a secret in the message", (given, shown) => {
    const parsed = parseOrigin(given);
    const message = `${WANTED}, received ${JSON.stringify(shown)}`;
    expect(parsed).toEqual({ ok: false, error: [{ path: "origin", code: "invalid", message }] });
  });

  test("gives an origin that a URL parser leaves as it is, whenever it gives any", () => {
    const scheme = fc.constantFrom("http://", "https://", "HTTP://", "ftp://", "//");
    const host = fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().map((address) => `[${address}]`),
      fc.constantFrom("a@b", "localhost", "127.1"),
    );
    const port = fc.oneof(
      fc.constant(""),
      fc.nat(70_000).map((number) => `:${number}`),
    );
    const base = fc.array(fc.constantFrom("/", "a", ".", "..", "%20", "%61", "?", "#", "@", ":", "\\", ";"), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(scheme, host, port, base, (...parts) => {
        const parsed = parseOrigin(parts.flat().join(""));
        if (!parsed.ok) return;
        const url = new URL(parsed.value);
        expect([url.username, url.password, url.search, url.hash]).toEqual(["", "", "", ""]);
        expect(parsed.value).toBe(url.origin + (url.pathname === "/" ? "" : url.pathname));
        expect(new URL(`${parsed.value}/x`).host).toBe(url.host);
        expect(parseOrigin(parsed.value)).toEqual(parsed);
      }),
      { numRuns: toRuns(500) },
    );
  });

  test("answers any value", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.anything()), (value) => {
        const parsed = parseOrigin(value);
        if (!parsed.ok) expect(parsed.error).toHaveLength(1);
      }),
    );
  });
});
