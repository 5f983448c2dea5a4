// Values of fields are bytes (RFC 9110 section 5.5): they pass as they came, and two that differ in what cannot be read
// are not taken for one. Latin-1 is what fetch and Node send for "Müller, Jürgen". Written and read on raw sockets.

import { describe, expect, it } from "vitest";
import { askBatch, BATCH_PATH } from "../support/batch.ts";
import { askBytes, LATIN, OTHER, UTF8, type ByteAnswer, type ByteRequest } from "../support/byte-client.ts";
import { newAddress, send, sendBytes } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { startStand } from "../support/stand.ts";

const MIXED = "caf\u00c3\u00a9, \u00ff\u00fe\u0080";

const HOUR = { algorithm: "sliding-window", window: "1h", limit: 1 };
const { origin, gateway } = await startStand({
  batch: {},
  policies: {
    user: { ...HOUR, key: "header:x-user" },
    session: { ...HOUR, key: "cookie:sid" },
    name: { ...HOUR, key: "query:name" },
    path: { ...HOUR, key: "path" },
  },
  routes: [
    { path: "/user", policies: ["user"] },
    { path: "/session", policies: ["session"] },
    { path: "/name", policies: ["name"] },
    { path: "/path/*", policies: ["path"] },
    {
      path: "/named/*",
      fields: true,
      request: { renameHeaders: { "X-Old": "X-New" } },
      response: { renameHeaders: { "X-Backend": "X-Shown" } },
    },
    { path: "/long/*", bodyTimeout: "5s" },
    { path: "/all/:name", aggregate: { one: "/open/one?name={query:name}" } },
    { path: "/*" },
  ],
});

const ask = (target: string, asking?: ByteRequest): Promise<ByteAnswer> => askBytes(gateway, target, asking);

let paths = 0;

/** Answers a new path of a folder with these lines. */
function serve(folder: string, lines: Fields, status = "200 OK"): string {
  paths += 1;
  const path = `/${folder}/${paths}`;
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  origin.serve(path, {
    raw: `HTTP/1.1 ${status}\r\nContent-Length: 2\r\nConnection: close\r\n${head}\r\n{}`,
    ending: "close",
  });
  return path;
}

describe("a request's fields", () => {
  it.each([LATIN, UTF8, MIXED, "\u00fc", "tab\t\u00e9"])("pass as they came: %j", async (value) => {
    const fields = ["X-User", "Cookie", "Authorization", "User-Agent", "Referer", "X_Odd"].map(
      (name) => [name, value] as const,
    );
    await ask("/open/own", { fields });
    const request = origin.requests("/open/own").at(-1);
    for (const [name] of fields) expect([name, request?.lines(name)]).toEqual([name, [value]]);
  });

  it("pass on several lines", async () => {
    const fields = [
      ["X-User", LATIN],
      ["X-User", "\u00e9"],
    ] as const;
    await ask("/open/lines", { fields });
    expect(origin.requests("/open/lines")[0]?.lines("X-User").join(", ")).toBe(`${LATIN}, \u00e9`);
  });

  it("pass beside what the gateway adds to a list", async () => {
    await ask("/open/via", { fields: [["Via", "1.1 fr\u00e9d (caf\u00e9)"]] });
    expect(origin.requests("/open/via")[0]?.lines("Via").join(", ")).toBe(
      "1.1 fr\u00e9d (caf\u00e9), 1.1 headgate",
    );
  });

  it("pass where others are given another name, and keep their own where they cannot be", async () => {
    await ask("/named/1", {
      fields: [
        ["X-Old", LATIN],
        ["X-New", "forged"],
        ["X-User", LATIN],
      ],
    });
    const [request] = origin.requests("/named/1");
    expect([request?.lines("X-User"), request?.lines("X-Old"), request?.lines("X-New")]).toEqual([
      [LATIN],
      [LATIN],
      [],
    ]);
    await ask("/named/2", { fields: [["X-Old", UTF8]] });
    expect(origin.requests("/named/2")[0]?.lines("X-New")).toEqual([UTF8]);
  });

  it("pass from a batch to its members", async () => {
    const reply = await ask(BATCH_PATH, {
      method: "POST",
      body: JSON.stringify([{ path: "/open/member" }]),
      fields: [
        ["Content-Type", "application/json"],
        ["X-User", LATIN],
      ],
    });
    expect(reply.status).toBe(200);
    expect(origin.requests("/open/member")[0]?.lines("X-User")).toEqual([LATIN]);
  });

  it("pass in a query that an aggregate asks with", async () => {
    origin.serve("/open/one", { fields: [["Content-Type", "application/json"]], body: "1" });
    await ask("/all/x?name=M%FCller%2b%26");
    expect(origin.requests("/open/one")[0]?.target).toBe("/open/one?name=M%FCller%2B%26");
  });
});

describe("an answer's fields", () => {
  it.each(["open", "named", "long"])("pass as they came below /%s", async (folder) => {
    const names = [
      "X-User",
      "Content-Disposition",
      "Link",
      "ETag",
      "WWW-Authenticate",
      "Cache-Status",
      "Content-Location",
      "Refresh",
    ];
    const fields = names.map((name) => [name, LATIN] as const);
    const answer = await ask(
      serve(folder, [...fields, ["Set-Cookie", "a=\u00fc"], ["Set-Cookie", "b=\u00e9"]]),
    );
    for (const [name] of fields) expect([name, answer.lines(name.toLowerCase())]).toEqual([name, [LATIN]]);
    expect(answer.lines("set-cookie")).toEqual(["a=\u00fc", "b=\u00e9"]);
  });

  it.each([
    "/M\u00fcller?x=\u00e9",
    `${origin.url}/M\u00fcller`,
    "https://other.example/M\u00fcller",
    "m\u00fcller",
  ])("pass in a redirect: %j", async (location) => {
    const answer = await ask(serve("open", [["Location", location]], "302 Found"));
    expect([answer.status, answer.lines("location")]).toEqual([302, [location]]);
  });

  it("keep their own name where they cannot be given another", async () => {
    const answer = await ask(serve("named", [["X-Backend", LATIN]]));
    expect([answer.lines("x-backend"), answer.lines("x-shown")]).toEqual([[LATIN], []]);
    const readable = await ask(serve("named", [["X-Backend", UTF8]]));
    expect([readable.lines("x-backend"), readable.lines("x-shown")]).toEqual([[], [UTF8]]);
  });

  it("pass where an answer is trimmed; a tag that cannot be derived is gone", async () => {
    const path = serve("named", [
      ["Content-Type", "application/json"],
      ["ETag", '"\u00fc"'],
      ["X-User", LATIN],
    ]);
    const answer = await ask(`${path}?fields=a`);
    expect([answer.body, answer.lines("x-user"), answer.lines("etag")]).toEqual(["{}", [LATIN], []]);
  });

  it("pass in a 304 that the gateway gives", async () => {
    const path = serve("named", [
      ["Content-Type", "application/json"],
      ["ETag", '"a"'],
      ["X-User", LATIN],
    ]);
    const whole = await ask(`${path}?fields=a`);
    const [tag = ""] = whole.lines("etag");
    const answer = await ask(`${path}?fields=a`, { fields: [["If-None-Match", tag]] });
    expect([answer.status, answer.lines("x-user"), answer.lines("content-type")]).toEqual([304, [LATIN], []]);
  });

  it("pass in the cookies of a batch", async () => {
    const members = [serve("open", [["Set-Cookie", "a=1"]]), serve("open", [["Set-Cookie", "b=\u00fc"]])];
    const answer = await ask(BATCH_PATH, {
      method: "POST",
      body: JSON.stringify(members.map((path) => ({ path }))),
      fields: [["Content-Type", "application/json"]],
    });
    expect([...answer.lines("set-cookie")].sort()).toEqual(["a=1", "b=\u00fc"]);
    expect([answer.lines("content-type"), answer.lines("content-length").length]).toEqual([
      ["application/json"],
      1,
    ]);
    expect(await askBatch(gateway, [{ path: "/open/own" }])).toHaveLength(1);
  });
});

describe("a counter by what cannot be read", () => {
  it.each<readonly [string, (value: string) => Fields]>([
    ["/user", (value) => [["X-User", value]]],
    ["/session", (value) => [["Cookie", `sid=${value.replace(", ", " ")}`]]],
  ])("%s is not another client's", async (target, toFields) => {
    const ips = [newAddress(), newAddress()];
    const statuses: number[] = [];
    for (const [at, value] of [LATIN, OTHER].entries())
      statuses.push((await ask(target, { ip: ips[at] ?? "", fields: toFields(value) })).status);
    expect(statuses).toEqual([200, 200]);
    expect((await ask(target, { ip: ips[0] ?? "", fields: toFields(LATIN) })).status).toBe(429);
  });

  it("is not told apart by what stands in another line", async () => {
    const ip = newAddress();
    const statuses: number[] = [];
    for (const other of ["1", "2", "3"])
      statuses.push(
        (
          await ask("/user", {
            ip,
            fields: [
              ["X-User", "real"],
              ["X-User", `${other}\u00fc`],
            ],
          })
        ).status,
      );
    expect(statuses).toEqual([200, 429, 429]);
  });

  it("is told apart by every byte of a query and of a path", async () => {
    for (const target of [
      "/name?name=M%FCller",
      "/name?name=M%F6ller",
      "/name?name=M%EF%BF%BDller",
      "/path/M%FC",
      "/path/M%F6",
    ])
      expect([target, (await ask(target)).status]).toEqual([target, 200]);
    for (const target of ["/name?name=M%fc%6Cler", "/name?other=%FC&name=M%F6ller", "/path/M%fc"])
      expect([target, (await ask(target)).status]).toEqual([target, 429]);
    expect((await ask("/name?name=%FC&name=%F6")).status).toBe(200);
    expect((await ask("/name?name=%FC&name=%E6")).status).toBe(429);
  });
});

it("a target that is no URI reaches nobody", async () => {
  expect(
    (await sendBytes(gateway, `GET /open/\u00fc HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n`))
      .status,
  ).toBe(400);
  expect((await send(gateway, "/open/%FC")).status).toBe(200);
});
