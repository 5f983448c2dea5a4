// A batch: every kind of member beside every other, each answered as if it had come alone; and what is no batch.

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { askBatch, type BatchAnswer, BATCH_PATH, sendBatch } from "../support/batch.ts";
import { type Echoed, startBatchStand } from "../support/batch-stand.ts";
import { newAddress, send, sendBytes } from "../support/client.ts";
import { startStand } from "../support/stand.ts";

const { gateway, origin } = await startBatchStand();

type Member = Readonly<Record<string, unknown>>;

const KINDS: readonly (readonly [member: Member, status: number])[] = [
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

/** The names of one half are not those of the other. */
function rename({ name, depends_on: names, ...member }: Member, half: number): Member {
  const renamed = (one: unknown): unknown => (typeof one === "string" ? `${one}${half}` : one);
  return {
    ...member,
    name: renamed(name),
    depends_on: Array.isArray(names) ? names.map(renamed) : renamed(names),
  };
}

const problemOf = ({ body }: BatchAnswer): unknown => (body as { readonly code?: unknown }).code;

describe("a batch of 50 with every kind of member", () => {
  it("answers each in its place as if it had come alone", async () => {
    const ip = newAddress();
    await send(gateway, "/cached/hit", { ip });
    await expect
      .poll(async () => (await send(gateway, "/cached/hit", { ip })).field("Cache-Status"))
      .toContain("hit");
    for (let time = 0; time < 2; time += 1) await send(gateway, "/two/denied", { ip });
    const members = [1, 2].flatMap((half) => KINDS.map(([member]) => rename(member, half)));
    expect(members).toHaveLength(50);
    const answers = await askBatch(gateway, members, { ip });
    expect(answers.map(({ status }) => status)).toEqual([...KINDS, ...KINDS].map(([, status]) => status));
    expect(answers.map(({ name }) => name)).toEqual(members.map(({ name }) => name));
    for (const half of [answers.slice(0, KINDS.length), answers.slice(KINDS.length)])
      expect(half).toMatchObject({
        0: { headers: { "cache-status": expect.stringContaining("hit") } },
        1: { headers: { "cache-status": expect.stringContaining("fwd=") } },
        2: {
          headers: { "retry-after": expect.stringMatching(/^\d+$/) },
          body: { "violated-policies": ["two"] },
        },
        3: { headers: { "www-authenticate": expect.stringContaining("Bearer") } },
        8: { body: null },
        9: { encoding: "json", body: { body: '{"n":1}' } },
        10: { encoding: "base64", body: Buffer.from([0, 255, 254, 1]).toString("base64") },
        11: {
          encoding: "base64",
          headers: { "content-encoding": "gzip" },
          body: gzipSync("coded").toString("base64"),
        },
        13: { headers: { location: "/elsewhere" } },
        24: { encoding: "text", body: '{"id":' },
      });
    const codes = [2, 4, 6, 7, 15, 23].map((at) => answers.slice(at, at + 1).map(problemOf));
    expect(codes.flat()).toEqual([
      "quota-exceeded",
      "no-route",
      "origin-timeout",
      "answer-too-large",
      "dependency-failed",
      "origin-closed",
    ]);
    expect(answers[12]).not.toHaveProperty("encoding");
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
});

it("never crashed anything", () => {
  expect(gateway.logs().filter((line) => line.includes("crashed"))).toEqual([]);
});

it("a gateway without `batch` has none", async () => {
  const plain = await startStand({ policies: {}, routes: [{ path: "/a" }] });
  expect((await sendBatch(plain.gateway, [{ path: "/a" }])).json()["code"]).toBe("no-route");
});
