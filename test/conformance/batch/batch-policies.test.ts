// A batch is counted as such, by so much for each of its requests, and makes no more calls than it may have requests:
// whatever it is made of, and before it is read.

import { beforeEach, describe, expect, it } from "vitest";
import { askBatch, sendBatch } from "../support/batch.ts";
import { newAddress, type Reply } from "../support/client.ts";
import { measure } from "../support/measure.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

const MIB = 1_048_576;
const LIMIT = 120;
const COST = 2;
/** A tenth of this on a machine that does nothing else; reading each of a million values takes ten times as much. */
const CPU_MS_MAX = 300;
const HOURLY = { algorithm: "sliding-window", window: "1h", key: "ip" };
const FRIEND = "192.0.2.7";

const { origin, gateway } = await startStand(
  {
    batch: { policies: ["batches", "at-once"], cost: COST, bodyBytesMax: MIB },
    access: { unlimited: [FRIEND] },
    policies: {
      batches: { ...HOURLY, limit: LIMIT, consistency: "exact" },
      "at-once": { algorithm: "concurrency", limit: 50 * COST, expires: "1h", key: "ip" },
      units: { ...HOURLY, limit: 100 },
    },
    routes: [
      { path: "/sized", policies: ["units"], cost: { bodyBytesPerUnit: 10 } },
      { path: "/whole", aggregate: { a: "/part/a", b: "/part/b", c: "/part/c" } },
      { path: "/*" },
    ],
  },
  { isMeasured: true },
);

let ip = "";

beforeEach(() => {
  ip = newAddress();
});

type Members = readonly Readonly<Record<string, unknown>>[];
const manyOf = (count: number, member: Members[number]): Members =>
  Array.from({ length: count }, () => member);
const left = (reply: Reply): number =>
  Number(/"batches";r=(\d+)/.exec(reply.field("RateLimit") ?? "")?.[1] ?? NaN);

describe("a batch", () => {
  it("takes its cost for each of its requests, and says so", async () => {
    const reply = await sendBatch(gateway, manyOf(2, { path: "/x" }), { ip });
    expect([reply.status, left(reply)]).toEqual([200, LIMIT - 2 * COST]);
    expect(reply.field("RateLimit-Policy")).toContain(`"batches";q=${LIMIT};w=3600`);
  });

  it("is refused as a whole where too little is left, and none of it is sent", async () => {
    expect(left(await sendBatch(gateway, manyOf(50, { path: "/x" }), { ip }))).toBe(LIMIT - 50 * COST);
    const before = origin.requests("/refused").length;
    const refused = await sendBatch(gateway, manyOf(11, { path: "/refused" }), { ip });
    expect([refused.status, refused.json()["code"]]).toEqual([429, "quota-exceeded"]);
    expect(refused.json()["violated-policies"]).toEqual(["batches"]);
    expect(refused.field("Retry-After")).toMatch(/^[1-9]\d*$/);
    expect(origin.requests("/refused")).toHaveLength(before);
    expect((await sendBatch(gateway, manyOf(10, { path: "/x" }), { ip })).status).toBe(200);
  });

  it.each([
    ["requests that are none", "[1,2,3]", 3],
    ["too many of them", JSON.stringify(manyOf(51, {})), 50],
    ["no list", '{"path":"/x"}', 1],
    ["no JSON", '[{"path":"/x"},{', 2],
  ])("of %s is refused, and counted", async (_what, text, members) => {
    const reply = await sendBatch(gateway, text, { ip });
    expect([reply.status, reply.json()["code"], left(reply)]).toEqual([
      400,
      "invalid-batch",
      LIMIT - members * COST,
    ]);
  });

  it("holds permits while it is answered, and gives them back", async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    origin.serve("/slow", async () => {
      await promise;
      return {};
    });
    const slow = sendBatch(gateway, manyOf(50, { path: "/slow" }), { ip });
    await until("it to be under way", () => origin.requests("/slow").length > 0);
    const beside = await sendBatch(gateway, [{ path: "/x" }], { ip });
    expect([beside.status, beside.json()["violated-policies"]]).toEqual([429, ["at-once"]]);
    resolve(undefined);
    expect((await slow).status).toBe(200);
    const isFree = async (): Promise<boolean> =>
      (await sendBatch(gateway, [{ path: "/x" }], { ip })).status === 200;
    await until("its permits", isFree);
  });

  it("of a client that no policy counts is not counted", async () => {
    for (let time = 0; time < 3; time += 1) {
      const reply = await sendBatch(gateway, manyOf(50, { path: "/x" }), { ip: FRIEND });
      expect([reply.status, reply.field("RateLimit")]).toEqual([200, undefined]);
    }
  });
});

describe("aggregates in a batch", () => {
  it.each([
    ["fifty of three parts", manyOf(50, { path: "/whole" })],
    ["with others beside them", [...manyOf(16, { path: "/WHOLE/" }), ...manyOf(3, { path: "/x" })]],
  ])("count with all their parts, and are refused where that is too much: %s", async (_what, calls) => {
    const before = origin.requests().length;
    const reply = await sendBatch(gateway, calls, { ip });
    expect([reply.status, reply.json()["code"]]).toEqual([400, "invalid-batch"]);
    expect(reply.text()).toContain("must make at most 50 calls");
    expect(origin.requests()).toHaveLength(before);
  });

  it("are asked for as long as that is not too much", async () => {
    const calls = [...manyOf(16, { path: "/whole" }), ...manyOf(2, { path: "/x" })];
    const before = origin.requests().length;
    await askBatch(gateway, calls, { ip });
    expect(origin.requests()).toHaveLength(before + 50);
  });
});

describe("a request of a batch", () => {
  it("costs what its body's length makes it cost", async () => {
    const post = { path: "/sized", method: "POST" };
    const answers = await askBatch(
      gateway,
      [
        { ...post, body: "é".repeat(10) },
        { ...post, body: "AAECAwQFBgcICQ==", encoding: "base64", name: "ten", depends_on: [] },
      ],
      { ip },
    );
    const spent = answers.map(({ headers }) => 100 - Number(headers["x-ratelimit-remaining"]));
    expect(Math.max(...spent)).toBe(2 + 1);
    expect(origin.requests("/sized").map(({ field }) => field("Content-Length"))).toEqual(
      expect.arrayContaining(["20", "10"]),
    );
  });
});

describe("a mebibyte", () => {
  const fill = (piece: string, bytes: number): string => piece.repeat(Math.floor(bytes / piece.length));
  const tiny = (piece: string): string => `[${fill(piece, MIB - 10)}0]`;
  const within = (piece: string, end = "0"): string =>
    `[{"path":"/x","method":"POST","body":[${fill(piece, MIB - 100)}${end}]}]`;

  it.each([
    ["of numbers", tiny("0,"), 400],
    ["of empty objects", tiny("{},"), 400],
    ["of lists in lists", `${"[".repeat(MIB / 2 - 10)}${"]".repeat(MIB / 2 - 10)}`, 400],
    ["of openings", "[".repeat(MIB - 10), 400],
    ["of quotes and backslashes", `["${fill('\\\\\\"', MIB - 10)}`, 400],
    ["of spaces", `[${" ".repeat(MIB - 10)}]`, 400],
    ["of one request's numbers", within("0,"), 200],
    ["of one request's empty objects", within("{},", "{}"), 200],
    ["of one request's text", within('"\\u0041",', '""'), 200],
  ])("%s takes hardly any time", async (_what, text, status) => {
    expect(text.length).toBeLessThanOrEqual(MIB);
    let reply: Reply | undefined;
    const { cpuMs } = await measure(gateway, async () => {
      reply = await sendBatch(gateway, text, { ip });
    });
    expect(reply?.status).toBe(status);
    expect(cpuMs).toBeLessThan(CPU_MS_MAX);
  });
});

it("never crashed anything", () => {
  expect(gateway.logs().filter((line) => line.includes("crashed"))).toEqual([]);
});
