// What a policy counts by. Each test owns its values, and every policy here admits one request an hour: the second
// request of a key is a 429, and the first of another key is not.

import { describe, expect, it } from "vitest";
import { newAddress, send, type RequestOptions } from "../support/client.ts";
import { startStand } from "../support/stand.ts";

const ONE_AN_HOUR = { algorithm: "token-bucket", limit: 1, window: "1h" };

const { gateway } = await startStand({
  // All keys in one place: keys that were mistaken for each other must not be saved by lying apart.
  counters: { shards: 1 },
  policies: {
    header: { ...ONE_AN_HOUR, key: "header:X-Api-Key" },
    cookie: { ...ONE_AN_HOUR, key: "cookie:sid" },
    query: { ...ONE_AN_HOUR, key: "query:user" },
    path: { ...ONE_AN_HOUR, key: ["ip", "path"] },
    "path-alone": { ...ONE_AN_HOUR, key: "path" },
    method: { ...ONE_AN_HOUR, key: ["ip", "method"] },
    host: { ...ONE_AN_HOUR, key: ["ip", "host"] },
    country: { ...ONE_AN_HOUR, key: ["header:x-test", "country"] },
    pair: { ...ONE_AN_HOUR, key: ["header:x-first", "header:x-second"] },
    skip: { ...ONE_AN_HOUR, key: "header:x-api-key", onMissing: "skip" },
    shared: { ...ONE_AN_HOUR, key: "header:x-api-key", onMissing: "shared" },
    deny: { ...ONE_AN_HOUR, key: "header:x-api-key", onMissing: "deny" },
    unsaid: { ...ONE_AN_HOUR, key: "header:x-other-key" },
  },
  routes: [
    { path: "/header", policies: ["header"] },
    { path: "/cookie", policies: ["cookie"] },
    { path: "/query", policies: ["query"] },
    { path: "/path/*", policies: ["path"] },
    { path: "/path-alone/*", policies: ["path-alone"] },
    { path: "/method", policies: ["method"] },
    { path: "/host", policies: ["host"] },
    { path: "/country", policies: ["country"] },
    { path: "/pair", policies: ["pair"] },
    { path: "/skip", policies: ["skip"] },
    { path: "/shared", policies: ["shared"] },
    { path: "/deny", policies: ["deny"] },
    { path: "/unsaid", policies: ["unsaid"] },
  ],
});

type Asked = readonly [path: string, options?: RequestOptions];

/** Sends them one after the other and gives their statuses. */
async function statusesOf(...asked: readonly Asked[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const [path, options] of asked) statuses.push((await send(gateway, path, options)).status);
  return statuses;
}

function withField(name: string, value: string): RequestOptions {
  return { fields: [[name, value]] };
}

describe("key header:<name>", () => {
  it("counts by the value, whoever sends it and however the name is written", async () => {
    const statuses = await statusesOf(
      ["/header", { ip: newAddress(), ...withField("x-api-key", "alpha") }],
      ["/header", { ip: newAddress(), ...withField("X-API-KEY", "alpha") }],
      ["/header", { ip: newAddress(), ...withField("x-api-key", "beta") }],
    );
    expect(statuses).toEqual([200, 429, 200]);
  });

  it("tells values apart by case, and reads two lines of one name as their combined value", async () => {
    const statuses = await statusesOf(
      ["/header", withField("x-api-key", "Gamma")],
      ["/header", withField("x-api-key", "gamma")],
      [
        "/header",
        {
          fields: [
            ["x-api-key", "gamma"],
            ["x-api-key", "2"],
          ],
        },
      ],
      ["/header", withField("x-api-key", "gamma, 2")],
    );
    expect(statuses).toEqual([200, 200, 200, 429]);
  });
});

describe("key cookie:<name>", () => {
  it("counts by that cookie among others", async () => {
    const statuses = await statusesOf(
      ["/cookie", withField("Cookie", "sid=one")],
      ["/cookie", withField("Cookie", "theme=dark; sid=one; lang=en")],
      ["/cookie", withField("Cookie", "theme=dark; sid=two")],
      ["/cookie", withField("Cookie", "notsid=one; sid=three")],
    );
    expect(statuses).toEqual([200, 429, 200, 200]);
  });
});

describe("a value that is sent several times", () => {
  it("counts together with all such requests, so that nobody picks a new key by adding one", async () => {
    const statuses = await statusesOf(
      ["/query?user=dora&user=x1"],
      ["/query?user=x2&user=dora"],
      ["/query?user=dora&user=dora"],
      ["/cookie", withField("Cookie", "sid=dora; sid=x1")],
      ["/cookie", withField("Cookie", "sid=x2; sid=dora")],
      ["/cookie", withField("Cookie", "sid=dora; sid=dora")],
    );
    expect(statuses).toEqual([200, 429, 200, 200, 429, 200]);
  });
});

describe("key query:<name>", () => {
  it("counts by the decoded value, wherever the parameter stands", async () => {
    const statuses = await statusesOf(
      ["/query?user=ann"],
      ["/query?page=2&user=ann&x=1"],
      ["/query?user=%61nn"],
      ["/query?us%65r=ann"],
      ["/query?user=bob"],
    );
    expect(statuses).toEqual([200, 429, 429, 429, 200]);
  });
});

describe("keys path, method and host", () => {
  it("path counts each canonical path by itself", async () => {
    const ip = newAddress();
    const statuses = await statusesOf(
      ["/path/a", { ip }],
      ["/path//a", { ip }],
      ["/path/%61?x=1", { ip }],
      ["/path/b", { ip }],
    );
    expect(statuses).toEqual([200, 429, 429, 200]);
  });

  it("path without another key counts all clients together", async () => {
    const statuses = await statusesOf(
      ["/path-alone/a", { ip: newAddress() }],
      ["/path-alone/a", { ip: newAddress() }],
      ["/path-alone/b", { ip: newAddress() }],
    );
    expect(statuses).toEqual([200, 429, 200]);
  });

  it("method counts each method by itself", async () => {
    const ip = newAddress();
    const statuses = await statusesOf(
      ["/method", { ip }],
      ["/method", { ip, method: "POST" }],
      ["/method", { ip }],
      ["/method", { ip, method: "POST" }],
    );
    expect(statuses).toEqual([200, 200, 429, 429]);
  });

  it("method does not believe X-HTTP-Method-Override", async () => {
    const ip = newAddress();
    const statuses = await statusesOf(
      ["/method", { ip }],
      ["/method", { ip, ...withField("X-HTTP-Method-Override", "PUT") }],
    );
    expect(statuses).toEqual([200, 429]);
  });

  it("host counts each host by itself, however it is written", async () => {
    const ip = newAddress();
    const statuses = await statusesOf(
      ["/host", { ip, ...withField("Host", "a.example") }],
      ["/host", { ip, ...withField("Host", "A.Example") }],
      ["/host", { ip, ...withField("Host", "a.example:8080") }],
      ["/host", { ip, ...withField("Host", "b.example") }],
    );
    expect(statuses).toEqual([200, 429, 429, 200]);
  });

  it("host does not believe X-Forwarded-Host", async () => {
    const ip = newAddress();
    const statuses = await statusesOf(
      ["/host", { ip }],
      ["/host", { ip, ...withField("X-Forwarded-Host", "c.example") }],
    );
    expect(statuses).toEqual([200, 429]);
  });
});

/** How the local platform is told what Cloudflare finds out by itself. */
function from(country: string): readonly [string, string] {
  return ["MF-CF-Blob", JSON.stringify({ country })];
}

describe("key country", () => {
  it("counts by where the platform says that the client is, not by a field that the client can set", async () => {
    const statuses = await statusesOf(
      ["/country", { fields: [["x-test", "country"], from("NL")] }],
      ["/country", { fields: [["x-test", "country"], from("NL"), ["CF-IPCountry", "DE"]] }],
      ["/country", { fields: [["x-test", "country"], from("FR")] }],
    );
    expect(statuses).toEqual([200, 429, 200]);
  });
});

/** Header values go over the wire as bytes; here those of UTF-8. */
function toBytes(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function pair(first: string, second: string): RequestOptions {
  return {
    fields: [
      ["x-first", toBytes(first)],
      ["x-second", toBytes(second)],
    ],
  };
}

describe("a key of several values", () => {
  const separators = [
    "|",
    ",",
    ";",
    ":",
    "/",
    "&",
    "=",
    "%",
    "+",
    "-",
    "_",
    ".",
    "\\",
    "\t",
    " x ",
    "::",
    "1:",
    "%00",
    "é",
  ];
  it.each(separators)("cannot be forged by a value that contains %j", async (separator) => {
    const mark = `mark${separators.indexOf(separator)}`;
    const statuses = await statusesOf(
      ["/pair", pair(`${mark}${separator}b`, "c")],
      ["/pair", pair(mark, `b${separator}c`)],
      ["/pair", pair(`${mark}${separator}b${separator}c`, "")],
      ["/pair", pair(`${mark}${separator}b`, "c")],
    );
    expect(statuses).toEqual([200, 200, 200, 429]);
  });
});

describe("a missing key", () => {
  it("with onMissing skip is not limited by the policy", async () => {
    expect(await statusesOf(["/skip"], ["/skip"], ["/skip"])).toEqual([200, 200, 200]);
  });

  it.each(["/shared", "/unsaid"])(
    "with onMissing shared, or unsaid (%s), has one counter for all",
    async (path) => {
      const statuses = await statusesOf([path, { ip: newAddress() }], [path, { ip: newAddress() }]);
      expect(statuses).toEqual([200, 429]);
    },
  );

  it("with onMissing shared does not touch those that have the key, nor one that is written like a missing one", async () => {
    await send(gateway, "/shared");
    const statuses = await statusesOf(
      ["/shared", withField("x-api-key", "present")],
      ["/shared", withField("x-api-key", "-")],
      ["/shared", withField("x-api-key", "undefined")],
      ["/shared", withField("x-api-key", "null")],
    );
    expect(statuses).toEqual([200, 200, 200, 200]);
  });

  it("with onMissing deny is refused with a problem that says what is missing", async () => {
    const refused = await send(gateway, "/deny");
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.status).toBeLessThan(500);
    expect(refused.field("Content-Type")).toMatch(/^application\/problem\+json/);
    expect(refused.json()).toMatchObject({ status: refused.status, code: expect.any(String) as string });
    expect(await statusesOf(["/deny", withField("x-api-key", "given")])).toEqual([200]);
  });
});
