// Batches, masks of fields and paths of all kinds, mostly right, and an origin that answers in all ways, mostly wrong.

import { gzipSync } from "node:zlib";
import fc from "fast-check";
import type { Fields } from "./fields.ts";
import type { HttpAnswer, Origin, Script } from "./origin.ts";

/** Documents of all kinds, well and badly written. */
const documents: readonly (string | Uint8Array)[] = [
  '{"a":1,"b":{"c":2,"x":3},"d":[{"e":4},{"e":5,"f":6}],"id":12345678901234567890}',
  '[[{"a":[{}]}],null,1.5e300]',
  "",
  "{",
  "nonsense",
  '"\\ud800"',
  `${"[".repeat(3_000)}${"]".repeat(3_000)}`,
  `{"a":"${"x".repeat(6_000)}"}`,
  `{"a":"${"x".repeat(20_000)}"}`,
  '{"a":1}'.repeat(3),
  Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d),
  Uint8Array.of(0xff, 0xfe, 0x00),
  gzipSync('{"a":1}'),
];
const types = [
  "application/json",
  "application/problem+json; charset=utf-8",
  "text/plain",
  "",
  "application/json, text/html",
];
const statuses = [200, 200, 200, 201, 203, 204, 206, 301, 304, 400, 404, 429, 500, 503];
let served = 0;

function answer(): HttpAnswer {
  served += 1;
  const pick = <Value>(values: readonly Value[], salt: number): Value | undefined =>
    values[((served * 7_919 + salt) >>> 2) % values.length];
  const status = pick(statuses, 5) ?? 200;
  const isBare = status === 204 || status === 304;
  const fields: Fields = [
    ["Content-Type", pick(types, 3) ?? ""],
    ["ETag", pick(['"v1"', 'W/"v2"', "v3", '"', ""], 11) ?? ""],
    ...(served % 5 === 0
      ? [["Content-Encoding", pick(["gzip", "identity", "br", "x"], 1) ?? ""] as const]
      : []),
    ...(served % 7 === 0 ? [["Last-Modified", "Mon, 02 Nov 2026 10:00:00 GMT"] as const] : []),
    ...(served % 11 === 0 ? [["Set-Cookie", "a=b"] as const] : []),
  ];
  return { status, fields, body: isBare ? "" : (pick(documents, 0) ?? "") };
}

const ends: Readonly<Record<string, Script>> = {
  "/plain/reset": { raw: "", ending: "reset" },
  "/secret/reset": {
    raw: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
    ending: "reset",
  },
  "/plain/garbage": { raw: "\u0000\u0001garbage\r\n\r\n", ending: "close" },
  "/cached/reset": {
    raw: 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a"',
    ending: "reset",
  },
};
/** One strange answer after the other. */
export function serveStrangely({ serve }: Origin): void {
  serve("*", answer);
  for (const [path, script] of Object.entries(ends)) serve(path, script);
}

const piece = fc.oneof(
  fc.constantFrom(
    "a",
    "b",
    "1",
    "reset",
    "garbage",
    "%00",
    "%2F",
    "%zz",
    "..",
    ".",
    "a;b",
    "%FF",
    "x&y=z",
    "{id}",
    "ü",
    " ",
  ),
  fc.webSegment(),
);
const folder = fc.constantFrom(
  "/cached",
  "/free",
  "/plain",
  "/secret",
  "/keyed",
  "/open",
  "/nobody",
  "/together/fail",
  "/together/null",
  "/together/problem",
  "/__headgate/v1",
  "",
);
const maskText = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("a", "a,b(c)", "d/e,id", "id,d(e,f),b/x", "", "__proto__") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(",", "a(", "a))", "(((((", "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r", "\\", "a\\"),
  },
  {
    weight: 1,
    arbitrary: fc.string({
      unit: fc.constantFrom("a", "b", "c", ",", "(", ")", "/", "\\", "é", "\u0000"),
      maxLength: 30,
    }),
  },
);
const simple = fc.constantFrom("a", "b", "1", "2", "reset", "garbage", "a;b", "x&y=z", "%FF");
const places = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(
      fc.constantFrom("/cached", "/free", "/plain", "/secret", "/keyed", "/open"),
      fc.tuple(simple),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.constantFrom("/together/fail", "/together/null", "/together/problem"),
      fc.tuple(simple, simple),
    ),
  },
  { weight: 2, arbitrary: fc.tuple(folder, fc.array(piece, { maxLength: 3 })) },
);
const path = fc
  .tuple(places, fc.option(maskText, { nil: undefined }), fc.option(piece, { nil: undefined }))
  .map(([[start, pieces], mask, x]) => {
    const query = [
      ...(mask === undefined ? [] : [`fields=${encodeURIComponent(mask)}`]),
      ...(x === undefined ? [] : [`x=${x}`]),
    ];
    return [start, ...pieces].join("/") + (query.length === 0 ? "" : `?${query.join("&")}`);
  });
const rightPath = path.map((text) => `/${text.replace(/[^!"$-~]/g, "")}`.replace(/^\/+/, "/"));
const fieldName = fc.constantFrom(
  "if-none-match",
  "if-modified-since",
  "if-match",
  "range",
  "if-range",
  "accept",
  "x-old",
  "x-new",
  "content-type",
  "cache-control",
  "authorization",
  "host",
  "via",
  "x-forwarded-for",
  "upgrade",
  "__proto__",
  "X-A",
  "connection",
  "x-api-key",
);
const fieldValue = fc.oneof(
  fc.constantFrom(
    "*",
    '"v1"',
    'W/"v1-f00000000"',
    "bytes=0-3",
    "Mon, 02 Nov 2026 10:00:00 GMT",
    "application/json",
    "no-store",
    "Bearer x",
    "websocket",
    "",
    "\u0000",
    "a\r\nb: c",
  ),
  fc.string({ maxLength: 10 }),
);
const strange = fc.jsonValue({ maxDepth: 2 });
const name = fc.constantFrom("a", "b", "c", "d", "__proto__");
const rightMember = fc.record(
  {
    path: rightPath,
    method: fc.constantFrom("GET", "GET", "GET", "HEAD", "OPTIONS"),
    headers: fc.dictionary(
      fc.constantFrom("if-none-match", "range", "accept", "x-a", "if-modified-since", "if-match", "x-old"),
      fc.constantFrom('"v1"', "*", "bytes=0-3", "x"),
      { maxKeys: 2 },
    ),
  },
  { requiredKeys: ["path"] },
);
const writing = fc
  .record(
    {
      path: rightPath,
      method: fc.constantFrom("POST", "PUT", "PATCH", "DELETE"),
      body: fc.oneof(strange, fc.string()),
      encoding: fc.constantFrom("json", "text"),
    },
    { requiredKeys: ["path", "method"] },
  )
  .map((member) =>
    "encoding" in member && typeof member.body !== "string"
      ? Object.assign(member, { encoding: "json" })
      : member,
  );
const wrongMember = fc.oneof(
  strange,
  fc.record(
    {
      path: fc.oneof(path, strange),
      method: fc.oneof(fc.constantFrom("GET", "TRACE", "get"), strange),
      headers: fc.oneof(fc.dictionary(fieldName, fieldValue, { maxKeys: 3 }), strange),
      body: strange,
      encoding: fc.oneof(fc.constantFrom("base64", "json"), strange),
      name: fc.oneof(name, strange),
      depends_on: fc.oneof(name, fc.array(name), strange),
    },
    { requiredKeys: [] },
  ),
);
const named = fc
  .array(fc.oneof({ weight: 4, arbitrary: rightMember }, { weight: 1, arbitrary: writing }), {
    minLength: 1,
    maxLength: 12,
  })
  .chain((members) =>
    fc.tuple(
      fc.constant(members),
      fc.array(fc.nat(members.length - 1), { minLength: members.length, maxLength: members.length }),
    ),
  )
  .map(([members, after]) =>
    members.map((member, at) =>
      Object.assign(
        member,
        { name: `m${at}` },
        (after[at] ?? at) < at ? { depends_on: `m${after[at]}` } : {},
      ),
    ),
  );
const content = fc.oneof(
  { weight: 6, arbitrary: named.map((members) => JSON.stringify(members)) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.oneof(rightMember, wrongMember), { maxLength: 6 })
      .map((members) => JSON.stringify(members)),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      strange.map((value) => JSON.stringify(value)),
      fc.string(),
      fc.constantFrom(
        "[".repeat(30_000),
        `[{"path":"/","body":${"[".repeat(9_000)}${"]".repeat(9_000)},"method":"POST"}]`,
        "x".repeat(70_000),
      ),
    ),
  },
);
const fields = fc.array(
  fc.tuple(
    fieldName.filter((one) => !["host", "connection", "__proto__", "upgrade"].includes(one)),
    fieldValue.filter((value) => /^[\t -~]*$/.test(value)),
  ),
  { maxLength: 3 },
);
const ip = fc.nat(65_535).map((host) => `198.18.${host >> 8}.${host & 255}`);
export const asked = fc.oneof(
  { weight: 3, arbitrary: fc.record({ content, ip, fields }) },
  {
    weight: 2,
    arbitrary: fc.record({
      path: rightPath,
      method: fc.constantFrom("GET", "GET", "HEAD", "POST", "PUT"),
      ip,
      fields,
    }),
  },
);
export type Asked = typeof asked extends fc.Arbitrary<infer Value> ? Value : never;
