import { describe, expect, test } from "vitest";
import { LINE_LENGTH_MAX, parseLogLine } from "../../../src/core/simulation/parse-log-line.ts";

const AT_MS = Date.UTC(2026, 10, 28, 9, 10, 16);
const COMMON = '192.0.2.1 - alice [28/Nov/2026:09:10:16 +0000] "GET /a?b=1 HTTP/1.1" 200 12';

/** Each as its server wrote it (a request for /q"uote\x with odd bytes in its fields), with what it says. */
const LINES: readonly (readonly [what: string, line: string, said: object])[] = [
  [
    "common",
    COMMON,
    { atMs: AT_MS, method: "GET", target: "/a?b=1", address: "192.0.2.1", consumer: "alice", status: 200 },
  ],
  [
    "combined, by nginx",
    String.raw`2001:db8::1 - - [28/Nov/2026:04:10:16 -0500] "GET /q\x22uote\x5Cx HTTP/1.1" 404 0 "-" "a\x22b\x5Cc\x09d\xE9"`,
    {
      atMs: AT_MS,
      target: "/q%22uote%5Cx",
      address: "2001:db8::1",
      status: 404,
      consumer: undefined,
      fields: { "user-agent": 'a"b\\c\td\u00e9' },
    },
  ],
  [
    "combined, by Apache with its virtual host",
    String.raw`shop.example:443 192.0.2.1 - - [28/Nov/2026:09:10:16 +0000] "GET /q\"uote HTTP/1.1" 200 - "https://a.example/\"" "a\"b\\c"`,
    {
      host: "shop.example",
      target: "/q%22uote",
      fields: { referer: 'https://a.example/"', "user-agent": 'a"b\\c' },
    },
  ],
  [
    "a proxy's, with the whole URL",
    '192.0.2.1 - - [28/Nov/2026:09:10:16 +0000] "GET http://API.example:80/abs?x HTTP/1.1" 200 1 "-" "-"',
    { host: "api.example", target: "/abs?x", fields: {} },
  ],
  [
    "HAProxy",
    'Nov 28 09:10:16 lb haproxy[123]: 192.0.2.9:54321 [28/Nov/2026:09:10:16.296] front back/srv 0/0/1/2/3 200 512 - - ---- 1/1/0/0/0 0/0 {a|b} "GET /q#22uote HTTP/1.1"',
    { atMs: AT_MS + 296, address: "192.0.2.9", target: "/q%22uote", status: 200 },
  ],
  [
    "nginx, JSON",
    '{"time_iso8601":"2026-11-28T04:10:17-05:00","request_time":"1.000","remote_addr":"192.0.2.1","request":"POST /a HTTP/2.0","status":"201","http_host":"a.example:8080","http_user_agent":"x","remote_user":""}',
    { atMs: AT_MS, method: "POST", target: "/a", host: "a.example", status: 201, consumer: undefined },
  ],
  [
    "Caddy",
    '{"level":"info","ts":1796029816.5,"logger":"http.log.access","request":{"remote_ip":"192.0.2.1","client_ip":"192.0.2.7","method":"GET","host":"a.example","uri":"/a?b","headers":{"User-Agent":["x"],"X-Plan":["pro"]}},"duration":0.5,"status":200}',
    {
      atMs: 1_796_029_816_000,
      address: "192.0.2.7",
      target: "/a?b",
      fields: { "user-agent": "x", "x-plan": "pro" },
    },
  ],
  [
    "Cloudflare's Logpush",
    '{"ClientIP":"192.0.2.1","ClientRequestHost":"a.example","ClientRequestMethod":"GET","ClientRequestURI":"/a?b","EdgeStartTimestamp":1796029816000000000,"EdgeResponseStatus":200,"ClientCountry":"de","ClientASN":64500,"CacheCacheStatus":"hit","WorkerSubrequest":false}',
    { atMs: 1_796_029_816_000, target: "/a?b", country: "DE", asn: 64_500, isHit: true },
  ],
  [
    "Traefik",
    '{"ClientAddr":"192.0.2.1:1234","ClientHost":"192.0.2.1","DownstreamStatus":200,"RequestHost":"a.example","RequestMethod":"GET","RequestPath":"/a?b","StartUTC":"2026-11-28T09:10:16.5Z"}',
    { atMs: AT_MS + 500, address: "192.0.2.1", target: "/a?b", status: 200 },
  ],
  [
    "Kong",
    '{"client_ip":"192.0.2.1","started_at":1796029816123,"request":{"method":"GET","uri":"/a","url":"http://a.example:8000/a","headers":{"host":"a.example"}},"response":{"status":429},"consumer":{"username":"bob"},"upstream_status":"502, 200"}',
    { atMs: 1_796_029_816_123, method: "GET", target: "/a", status: 429, consumer: "bob" },
  ],
  [
    "the gateway's own",
    '{"event":"denied","time":"2026-11-28T09:10:16.000Z","route":"GET /a/*","method":"GET","consumer":"acme","address":"192.0.2.0/24","status":429}',
    { atMs: AT_MS, route: "GET /a/*", target: undefined, consumer: "acme", status: 429 },
  ],
];

describe("parseLogLine()", () => {
  test.each(LINES)("reads %s", (_what, line, said) => {
    expect(parseLogLine(line)).toMatchObject(said);
  });

  test.each([
    [
      "not-http",
      String.raw`192.0.2.1 - - [28/Nov/2026:09:10:16 +0000] "\x16\x03\x01\x02\x00" 400 157 "-" "-"`,
    ],
    ["not-http", '192.0.2.1 - - [28/Nov/2026:09:10:16 +0000] "" 400 0 "-" "-"'],
    [
      "not-http",
      '192.0.2.1:1 [28/Nov/2026:09:10:16.296] f f/<NOSRV> -1/-1/-1/-1/0 400 0 - - PR-- 1/1/0/0/0 0/0 "<BADREQ>"',
    ],
    ["not-a-request", ""],
    ["not-a-request", "#Fields: date time"],
    ["not-a-request", '{"WorkerSubrequest":true,"ClientRequestMethod":"GET"}'],
    ["not-a-request", '{"event":"shadow","time":"2026-11-28T09:10:16.000Z","route":"/*","method":"GET"}'],
    ["unreadable", COMMON.slice(0, 40)],
    ["unreadable", '{"time":"2026-11-28T09:10:16.000Z","meth'],
    ["unreadable", '{"upstream_status":502, 502,"status":200}'],
    ["unreadable", '192.0.2.1 - - [31/Foo/2026:09:10:16 +0000] "GET / HTTP/1.1" 200 0'],
    ["unreadable", "x".repeat(LINE_LENGTH_MAX + 1)],
  ])("says %s of what is no request: %s", (problem, line) => {
    expect(parseLogLine(line)).toBe(problem);
  });

  test("takes no time over lines that were made to take it", () => {
    const hostile = [
      `${"a ".repeat(16_000)}[`,
      `x - ${"- ".repeat(20_000)}`,
      `"${"\\".repeat(60_000)}`,
      `{"a":${"[".repeat(60_000)}`,
    ];
    const startedMs = performance.now();
    for (const line of hostile) expect(parseLogLine(line)).toBe("unreadable");
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
});
