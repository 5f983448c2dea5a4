// A batch: every kind of member beside every other, each answered as if it had come alone.

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { askBatch, BATCH_PATH, sendBatch } from "../support/batch.ts";
import { newAddress, send, sendBytes } from "../support/client.ts";
import { issueKey } from "../support/keys.ts";
import { startStand } from "../support/stand.ts";

const HOUR = { algorithm: "sliding-window", window: "1h" };
const { gateway, origin } = await startStand({
  batch: { memberBytesMax: 4_096, answerBytesMax: 65_536, bodyBytesMax: 65_536, parallel: 8, timeout: "3s" },
  headerBytesMax: 4_096,
  policies: {
    ten: { ...HOUR, limit: 10, key: "ip", consistency: "exact" },
    two: { ...HOUR, limit: 2, key: ["ip", "path"] },
    flights: { algorithm: "concurrency", limit: 2, expires: "1h", key: "ip" },
    country: { ...HOUR, limit: 1, key: ["ip", "country"] },
  },
  auth: { attempts: { limit: 3, window: "1h" }, apiKeys: { query: "api_key" } },
  origins: { nowhere: { members: ["http://127.0.0.1:9"], retries: { max: 0 } } },
  routes: [
    { path: "/ten", policies: ["ten"] },
    { path: "/two/*", policies: ["two"] },
    { path: "/flights/*", policies: ["flights"] },
    { path: "/country", policies: ["country"] },
    { path: "/cached/*", cache: { ttl: "1h" } },
    { path: "/private", auth: "required" },
    { path: "/optional", auth: "optional" },
    { path: "/nowhere", origin: "nowhere" },
    { path: "/slow", timeout: "100ms" },
    { path: "/swiss", access: { deny: { userAgents: ["*Evil*"] } } },
    { path: "/open/*" },
  ],
});

const json = (body: string): object => ({ fields: [["Content-Type", "application/json"]], body });
origin.serve("/open/json", json('{"id":12345678901234567890,"price":1.10}'));
origin.serve("/open/broken-json", json('{"id":'));
origin.serve("/open/text", { body: 'a "text"', fields: [["Content-Type", "text/plain"]] });
origin.serve("/open/binary", {
  body: Uint8Array.of(0, 255, 254, 1),
  fields: [["Content-Type", "image/png"]],
});
origin.serve("/open/coded", {
  body: gzipSync("coded"),
  fields: [
    ["Content-Encoding", "gzip"],
    ["Content-Type", "text/plain"],
  ],
});
origin.serve("/open/big", { body: "x".repeat(5_000) });
origin.serve("/open/kib", { body: "x".repeat(4_000) });
origin.serve("/open/empty", { status: 204 });
origin.serve("/open/moved", { status: 302, fields: [["Location", "/elsewhere"]] });
origin.serve("/open/broken", { raw: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", ending: "reset" });
origin.serve("/open/stall", { raw: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", ending: "stall" });
origin.serve("/slow", { raw: "", ending: "stall" });
origin.serve("/open/error", { status: 500, ...json('{"message":"no"}') });
origin.serve("/open/cookies", {
  fields: [
    ["Set-Cookie", "a=1; HttpOnly"],
    ["Set-Cookie", "b=2"],
  ],
});
origin.serve("/open/echo", (request) => ({
  ...json(
    JSON.stringify({
      method: request.method,
      target: request.target,
      body: request.body().toString("latin1"),
      fields: Object.fromEntries(request.fields.map(([name, value]) => [name.toLowerCase(), value])),
    }),
  ),
}));

const pathOf = (target: string): number => origin.requests(target).length;

interface Echoed {
  readonly method: string;
  readonly target: string;
  readonly body: string;
  readonly fields: Readonly<Record<string, string>>;
}

describe("a batch of 50 with every kind of member", () => {
  it("answers each in its place as if it had come alone", async () => {
    const ip = newAddress();
    await send(gateway, "/cached/hit", { ip });
    await expect
      .poll(async () => (await send(gateway, "/cached/hit", { ip })).field("Cache-Status"))
      .toContain("hit");
    for (let time = 0; time < 2; time += 1) await send(gateway, "/two/denied", { ip });
    const kinds: readonly (readonly [member: Readonly<Record<string, unknown>>, status: number])[] = [
      [{ path: "/cached/hit" }, 200],
      [{ path: "/cached/miss" }, 200],
      [{ path: "/two/denied" }, 429],
      [{ path: "/private" }, 401],
      [{ path: "/nobody" }, 404],
      [{ path: "/nowhere" }, 502],
      [{ path: "/slow" }, 504],
      [{ path: "/open/big" }, 502],
      [{ path: "/open/json", method: "HEAD" }, 200],
      [{ path: "/open/echo", method: "POST", body: { n: 1 } }, 200],
      [{ path: "/open/binary" }, 200],
      [{ path: "/open/coded" }, 200],
      [{ path: "/open/empty" }, 204],
      [{ path: "/open/moved" }, 302],
      [{ path: "/open/error", name: "failing" }, 500],
      [{ path: "/open/text", depends_on: "failing" }, 424],
      [{ path: "/open/json", name: "fine", depends_on: "first" }, 200],
      [{ path: "/open/text", name: "first" }, 200],
      [{ path: "/open/text", depends_on: ["first", "fine"] }, 200],
      [{ path: "/open/text", depends_on: ["first", "failing"], name: "after" }, 424],
      [{ path: "/open/text", depends_on: "after" }, 424],
      [{ path: "/open/%zz" }, 400],
      [{ path: "/open/text", headers: { "x-long": "y".repeat(4_200) } }, 431],
      [{ path: "/open/broken" }, 502],
      [{ path: "/open/broken-json" }, 200],
    ];
    const members = [...kinds, ...kinds].map(([member], at) => {
      const renamed = (name: unknown): unknown =>
        typeof name === "string" ? `${name}${at < kinds.length ? 1 : 2}` : name;
      const { name, depends_on: names } = member;
      const after = Array.isArray(names) ? names.map(renamed) : renamed(names);
      return { ...member, name: renamed(name), depends_on: after };
    });
    expect(members).toHaveLength(50);
    const answers = await askBatch(gateway, members, { ip });
    expect(answers.map(({ status }) => status)).toEqual([...kinds, ...kinds].map(([, status]) => status));
    expect(answers.map(({ name }) => name)).toEqual(members.map(({ name }) => name));

    const [hit, miss, denied, secret, unrouted, refused, late, big] = answers;
    expect(hit?.headers["cache-status"]).toContain("hit");
    expect(miss?.headers["cache-status"]).toContain("fwd=");
    expect(denied?.headers["retry-after"]).toMatch(/^\d+$/);
    expect(denied?.body).toMatchObject({ code: "quota-exceeded", "violated-policies": ["two"] });
    expect(secret?.headers["www-authenticate"]).toContain("Bearer");
    expect(unrouted?.body).toMatchObject({ code: "no-route" });
    expect(refused?.body).toMatchObject({ status: 502 });
    expect(late?.body).toMatchObject({ code: "origin-timeout" });
    expect(big?.body).toMatchObject({ code: "answer-too-large" });
    const [head, post, binary, coded, empty, moved] = answers.slice(8);
    expect(head).toMatchObject({ body: null });
    expect((post?.body as Echoed).body).toBe('{"n":1}');
    expect(binary).toMatchObject({
      encoding: "base64",
      body: Buffer.from([0, 255, 254, 1]).toString("base64"),
    });
    expect(coded?.encoding).toBe("base64");
    expect(coded?.headers["content-encoding"]).toBe("gzip");
    expect(Buffer.from(String(coded?.body), "base64")).toEqual(gzipSync("coded"));
    expect(empty).not.toHaveProperty("encoding");
    expect(moved?.headers["location"]).toBe("/elsewhere");
    expect(answers[15]?.body).toMatchObject({ code: "dependency-failed" });
    expect(answers[23]?.body).toMatchObject({ code: "origin-closed" });
    expect(answers[24]).toMatchObject({ encoding: "text", body: '{"id":' });
  });

  it("keeps JSON as it was written, and text as text", async () => {
    const reply = await sendBatch(gateway, [{ path: "/open/json" }, { path: "/open/text" }]);
    expect(reply.field("Content-Type")).toBe("application/json");
    expect(reply.field("Cache-Control")).toBe("no-store");
    expect(reply.text()).toContain('"encoding":"json","body":{"id":12345678901234567890,"price":1.10}}');
    expect(reply.text()).toContain(String.raw`"encoding":"text","body":"a \"text\""}`);
  });

  it("sends bodies as they are written: JSON to the last digit, text, bytes", async () => {
    const members =
      '[{"method":"POST","path":"/open/echo","body":{"id":12345678901234567890,"p":1.10}},' +
      '{"method":"PUT","path":"/open/echo","body":"a text","headers":{"content-type":"text/x"}},' +
      '{"method":"PATCH","path":"/open/echo","body":"AP8B","encoding":"base64"},' +
      '{"method":"DELETE","path":"/open/echo"}]';
    const reply = await sendBatch(gateway, members);
    const echoed = (JSON.parse(reply.text()) as readonly { readonly body: Echoed }[]).map(({ body }) => body);
    expect(echoed.map(({ method, body, fields }) => [method, body, fields["content-type"]])).toEqual([
      ["POST", '{"id":12345678901234567890,"p":1.10}', "application/json"],
      ["PUT", "a text", "text/x"],
      ["PATCH", "\u0000\u00ff\u0001", undefined],
      ["DELETE", "", undefined],
    ]);
  });

  it("hands cookies out as cookies, and never where a script can read them", async () => {
    const reply = await sendBatch(gateway, [{ path: "/open/cookies" }, { path: "/open/text" }]);
    expect(reply.lines("Set-Cookie")).toEqual(["a=1; HttpOnly", "b=2"]);
    expect(reply.text()).not.toMatch(/set-cookie|a=1|b=2/i);
  });
});

describe("what a member is", () => {
  it("has the batch request's credential, address and fields, and says of itself what is its own", async () => {
    const ip = newAddress();
    const [answer] = await askBatch(
      gateway,
      [{ path: "/open/echo?x=1", headers: { accept: "text/x", "x-own": "1", "if-match": '"a"' } }],
      {
        ip,
        fields: [
          ["Authorization", "Basic abc"],
          ["Cookie", "sid=1"],
          ["User-Agent", "tester"],
          ["X-Tenant", "acme"],
          ["Via", "1.1 front"],
          ["If-None-Match", '"b"'],
          ["Idempotency-Key", "1"],
          ["Connection", "x-hop"],
          ["X-Hop", "1"],
        ],
      },
    );
    const { target, fields } = answer?.body as Echoed;
    expect(target).toBe("/open/echo?x=1");
    expect(fields).toMatchObject({
      authorization: "Basic abc",
      cookie: "sid=1",
      "user-agent": "tester",
      "x-tenant": "acme",
      "x-forwarded-for": ip,
      via: "1.1 front, 1.1 headgate",
      accept: "text/x",
      "x-own": "1",
      "if-match": '"a"',
      "accept-encoding": "identity",
    });
    for (const name of ["if-none-match", "idempotency-key", "x-hop", "content-type"])
      expect(fields).not.toHaveProperty(name);
  });

  it.each([
    [{ Authorization: "Bearer x" }],
    [{ "x-api-key": "x" }],
    [{ Cookie: "sid=2" }],
    [{ "CF-Connecting-IP": "198.51.100.1" }],
    [{ "cf-ipcountry": "CH" }],
    [{ Via: "1.1 x" }],
    [{ Host: "b.example" }],
    [{ "X-Forwarded-For": "198.51.100.1" }],
    [{ Upgrade: "websocket" }],
    [{ "x-tenant": "other" }],
  ])("cannot say %j", async (headers) => {
    const before = pathOf("/open/echo");
    const reply = await sendBatch(gateway, [{ path: "/open/echo" }, { path: "/open/echo", headers }], {
      fields: [["X-Tenant", "acme"]],
    });
    expect(reply.status).toBe(400);
    expect(reply.json()).toMatchObject({
      code: "invalid-batch",
      problems: [{ path: expect.stringContaining("1.headers.") }],
    });
    expect(pathOf("/open/echo")).toBe(before);
  });

  it("is where its client is, as the platform says", async () => {
    const ip = newAddress();
    const from = (country: string) => [["MF-CF-Blob", JSON.stringify({ country })]] as const;
    const statuses = async (country: string) =>
      (await askBatch(gateway, [{ path: "/country" }], { ip, fields: from(country) })).map(
        ({ status }) => status,
      );
    expect(await statuses("NL")).toEqual([200]);
    expect(await statuses("NL")).toEqual([429]);
    expect(await statuses("FR")).toEqual([200]);
    expect((await send(gateway, "/country", { ip, fields: from("FR") })).status).toBe(429);
  });

  it("is the batch request's caller, by a key in a field or in the query, which the origin does not get", async () => {
    const { text } = await issueKey(gateway, { consumer: "acme" });
    const ways = [
      [BATCH_PATH, [["Authorization", `Bearer ${text}`]]],
      [BATCH_PATH, [["X-API-Key", text]]],
      [`${BATCH_PATH}?api_key=${text}`, []],
    ] as const;
    for (const [path, fields] of ways) {
      const reply = await send(gateway, path, {
        method: "POST",
        body: JSON.stringify([{ path: "/private?a=1" }, { path: "/private" }]),
        fields: [["Content-Type", "application/json"], ...fields],
      });
      const answers = JSON.parse(reply.text()) as readonly { readonly status: number }[];
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      const [first, second] = origin.requests("/private").slice(-2);
      expect([first?.target, second?.target].sort()).toEqual(["/private", "/private?a=1"]);
      for (const asked of [first, second]) {
        expect(asked?.field("X-Consumer")).toBe("acme");
        expect(JSON.stringify(asked?.fields)).not.toContain(text);
      }
    }
  });

  it("is kept out by the lists that keep its client out", async () => {
    const fields = [["User-Agent", "Evil/1"]] as const;
    const [denied] = await askBatch(gateway, [{ path: "/swiss" }], { fields });
    expect(denied?.status).toBe(403);
  });

  it.each([
    "/__headgate/v1/batch",
    "/__headgate/v1/keys",
    "/__headgate/v1",
    "/open/../__headgate/v1/config",
    "/open?api_key=x",
  ])("cannot be for %s", async (path) => {
    const reply = await sendBatch(gateway, [{ path }]);
    expect(reply.status).toBe(400);
    expect(reply.json()).toMatchObject({ problems: [{ path: "0.path" }] });
  });
});

describe("limits", () => {
  it("count each member: of 50 under a limit of 10 exactly 10 pass, and the batch itself is not counted", async () => {
    const ip = newAddress();
    const before = pathOf("/ten");
    const answers = await askBatch(
      gateway,
      Array.from({ length: 50 }, () => ({ path: "/ten" })),
      { ip },
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(40);
    expect(pathOf("/ten")).toBe(before + 10);
    expect((await send(gateway, "/ten", { ip })).status).toBe(429);
    expect((await sendBatch(gateway, [{ path: "/open/text" }], { ip })).status).toBe(200);
  });

  it("count several batches at once as one", async () => {
    const ip = newAddress();
    const batch = Array.from({ length: 20 }, () => ({ path: "/ten" }));
    const batches = await Promise.all(Array.from({ length: 5 }, () => askBatch(gateway, batch, { ip })));
    expect(batches.flat().filter(({ status }) => status === 200)).toHaveLength(10);
  });

  it("have their places back when their answers have been read, large and broken ones included", async () => {
    origin.serve("/flights/big", { body: "x".repeat(5_000) });
    origin.serve("/flights/broken", {
      raw: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
      ending: "reset",
    });
    const ip = newAddress();
    const paths = ["/flights/big", "/flights/broken", "/flights/fine"];
    for (let time = 0; time < 5; time += 1)
      await askBatch(
        gateway,
        paths.map((path, at) => ({ path, name: `n${at}` })),
        { ip },
      );
    await expect
      .poll(async () => {
        const both = await Promise.all([
          send(gateway, "/flights/fine", { ip }),
          send(gateway, "/flights/fine", { ip }),
        ]);
        return both.map(({ status }) => status);
      })
      .toEqual([200, 200]);
  });

  it("count each guess at a credential", async () => {
    const ip = newAddress();
    const fields = [["X-API-Key", "hg_aaaaaaaa_wrong"]] as const;
    const answers = await askBatch(
      gateway,
      Array.from({ length: 20 }, () => ({ path: "/private" })),
      { ip, fields },
    );
    const statuses = answers.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(3);
    expect((await send(gateway, "/private", { ip, fields })).status).toBe(429);
  });

  it("stop a request that has been here before", async () => {
    const reply = await sendBatch(gateway, [{ path: "/open/text" }], { fields: [["Via", "1.1 headgate"]] });
    expect([reply.status, reply.json()["code"]]).toEqual([508, "loop-detected"]);
  });

  it("stop too large a header section of the batch", async () => {
    const reply = await sendBatch(gateway, [{ path: "/open/text" }], {
      fields: [["X-Long", "y".repeat(4_200)]],
    });
    expect(reply.status).toBe(431);
  });
});

describe("time, size and order", () => {
  it("asks for what depends on others after them, and never for more than `parallel` at a time", async () => {
    let atOnce = 0;
    let most = 0;
    const seen: string[] = [];
    origin.serve("/open/work", async ({ target }) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      seen.push(target.split("=")[1] ?? "");
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
      atOnce -= 1;
      return {};
    });
    const chain = Array.from({ length: 10 }, (_, at) => ({
      name: `c${at}`,
      path: `/open/work?n=${at}`,
      ...(at === 9 ? {} : { depends_on: `c${at + 1}` }),
    }));
    const others = Array.from({ length: 40 }, () => ({ path: "/open/work?n=x" }));
    const answers = await askBatch(gateway, [...chain, ...others]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(seen.filter((n) => n !== "x")).toEqual(["9", "8", "7", "6", "5", "4", "3", "2", "1", "0"]);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
  });

  it("answers what is not done in time with a 504, and sends nothing more", async () => {
    const before = pathOf("/open/text");
    const stalls = Array.from({ length: 8 }, () => ({ path: "/open/stall" }));
    const started = Date.now();
    const answers = await askBatch(gateway, [{ path: "/open/json" }, ...stalls, { path: "/open/text" }]);
    expect(Date.now() - started).toBeLessThan(20_000);
    expect(answers[0]?.status).toBe(200);
    for (const { status, body } of answers.slice(1, 9))
      expect([status, (body as { readonly code: string }).code]).toEqual([504, "batch-timeout"]);
    expect(pathOf("/open/text") - before).toBeLessThanOrEqual(1);
  });

  it("has room for so many bytes in all", async () => {
    const answers = await askBatch(
      gateway,
      Array.from({ length: 50 }, () => ({ path: "/open/kib" })),
    );
    const good = answers.filter(({ status }) => status === 200);
    expect(good).toHaveLength(Math.floor(65_536 / 4_000));
    expect(answers.filter(({ status }) => status === 502)).toHaveLength(50 - good.length);
  });
});

describe("what is no batch", () => {
  it.each<[string, string, number, string]>([
    ["no JSON", "[{", 400, "invalid-batch"],
    ["no list", "{}", 400, "invalid-batch"],
    ["an empty list", "[]", 400, "invalid-batch"],
    [
      "51 requests",
      JSON.stringify(Array.from({ length: 51 }, () => ({ path: "/open/text" }))),
      400,
      "invalid-batch",
    ],
    ["nothing", "", 400, "invalid-batch"],
    [
      "deep nests",
      `[{"path":"/","method":"POST","body":${"[".repeat(20_000)}${"]".repeat(20_000)}}]`,
      400,
      "invalid-batch",
    ],
    ["too many bytes", " ".repeat(65_537), 413, "batch-too-large"],
  ])("%s is refused, and nothing is sent", async (_, content, status, code) => {
    const before = origin.requests().length;
    const reply = await sendBatch(gateway, content);
    expect([reply.status, reply.json()["code"]]).toEqual([status, code]);
    expect(origin.requests()).toHaveLength(before);
  });

  it("is refused in other types: a page of another site could have a browser send it", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
      const reply = await sendBatch(gateway, [{ path: "/open/text" }], { fields: [["Content-Type", type]] });
      expect([reply.status, reply.json()["code"]]).toEqual([415, "batch-not-json"]);
    }
  });

  it("is an answer also to what no other client would send", async () => {
    const head = `POST ${BATCH_PATH} HTTP/1.1\r\nContent-Type: application/json\r\nConnection: close\r\n`;
    const body = '[{"path":"/open/text"}]';
    const sent = async (lines: string) =>
      (await sendBytes(gateway, `${head}${lines}Content-Length: ${body.length}\r\n\r\n${body}`)).status;
    expect(await sent("Host: a.example\r\nX-Bytes: \u00e4\u00ff\u0080\r\n")).toBe(200);
    expect(await sent(`Host: a.example\r\nX-Name: ${Buffer.from("größe 価格").toString("latin1")}\r\n`)).toBe(
      200,
    );
    expect(await sent("Host: a.example.\r\n")).toBe(200);
    for (const host of ["a b", "[::1", "%", "a.example:99999", ""]) {
      const alone = `GET /open/text HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      expect([host, await sent(`Host: ${host}\r\n`)]).toEqual([
        host,
        (await sendBytes(gateway, alone)).status,
      ]);
    }
  });

  it("is refused by another method", async () => {
    const reply = await send(gateway, BATCH_PATH);
    expect([reply.status, reply.field("Allow")]).toEqual([405, "POST"]);
  });

  it("lists all problems of all members at once", async () => {
    const reply = await sendBatch(gateway, [
      { path: "x" },
      { path: "/", method: "TRACE" },
      { path: "/", depends_on: "q" },
    ]);
    const problems = reply.json()["problems"] as readonly { readonly path: string }[];
    expect(problems.map(({ path }) => path)).toEqual(["0.path", "1.method", "2.depends_on"]);
  });

  it("never crashed anything", () => {
    expect(gateway.logs().filter((line) => line.includes("crashed"))).toEqual([]);
  });
});

it("a gateway without `batch` has none", async () => {
  const plain = await startStand({ policies: {}, routes: [{ path: "/a" }] });
  expect((await sendBatch(plain.gateway, [{ path: "/a" }])).json()["code"]).toBe("no-route");
});
