// A pool with a member that fails, in every way that one can: what the client gets, and what the origins are asked.

import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { type Reply, send, sendBytes } from "../support/client.ts";
import type { Script } from "../support/origin.ts";
import { readEvents, startPoolStand } from "../support/pool-stand.ts";
import { lastMemberOf } from "../support/structured-fields.ts";
import { until, untilTime } from "../support/until.ts";

const TOKEN = "let-me-in";
/** Of no origin: nothing listens on it. */
const NOWHERE = "http://127.0.0.1:1";
/** Breakers that never open, for what retries alone do. */
const PATIENT = { failures: 1_000_000, answers: 1_000_000 };

const { origins, gateway, counts, sendTimes } = await startPoolStand(
  4,
  (urls) => {
    const [a = "", b = "", c = "", d = ""] = urls;
    return {
      origin: a,
      origins: {
        // The first is always asked first.
        both: {
          members: [a, { url: b, role: "fallback" }],
          breaker: PATIENT,
          // Every test here fails over more often than the budget would allow.
          retries: { budgetPercent: 100 },
        },
        dead: { members: [NOWHERE, { url: b, role: "fallback" }], breaker: PATIENT },
        lone: { members: [a], breaker: PATIENT },
        breaking: { members: [c], breaker: { failures: 3, open: "1s", probes: 2 }, retries: { max: 0 } },
        slow: { members: [d], slow: "100ms", breaker: { failures: 2 }, retries: { max: 0 } },
        uploads: { members: [b], breaker: { failures: 2 } },
        flapping: { members: [d, { url: b, role: "fallback" }], breaker: { failures: 100, answers: 10 } },
        gone: { members: [NOWHERE], breaker: { failures: 1, open: "20s" }, retries: { max: 0 } },
        cached: { members: [`${c}/store`], breaker: { failures: 1, open: "20s" }, retries: { max: 0 } },
      },
      routes: [
        { path: "/both/*", origin: "both", timeout: "300ms" },
        { path: "/dead/*", origin: "dead" },
        { path: "/lone/*", origin: "lone" },
        { path: "/breaking/*", origin: "breaking" },
        { path: "/slow/*", origin: "slow" },
        { path: "/uploads/*", origin: "uploads", requestTimeout: "200ms" },
        { path: "/flapping/*", origin: "flapping" },
        { path: "/gone/*", origin: "gone" },
        { path: "/cached/*", origin: "cached", cache: { ttl: "1s", staleIfError: "1h" } },
      ],
    };
  },
  { vars: { ADMIN_TOKEN: TOKEN } },
);
const [first, second, third, fourth] = origins;
if (first === undefined || second === undefined || third === undefined || fourth === undefined)
  throw new Error("four origins were started");

function expectUnavailable(reply: Reply, secondsMax: number): void {
  expect([reply.status, reply.field("Content-Type")]).toEqual([503, "application/problem+json"]);
  expect(reply.json()).toMatchObject({ status: 503, code: "origin-unavailable" });
  expect(lastMemberOf(reply, "Proxy-Status")).toMatchObject({
    value: "headgate",
    parameters: { error: "destination_unavailable" },
  });
  const seconds = Number(reply.field("Retry-After"));
  expect([Number.isInteger(seconds), seconds >= 1, seconds <= secondsMax]).toEqual([true, true, true]);
}

/** Earns the retries that these tests spend on one origin: one for ten requests. */
await sendTimes(60, "/lone/warm");

describe("an idempotent request gets the answer of another origin when the first one", () => {
  const failures: readonly (readonly [string, Script])[] = [
    ["closes without a word", { raw: "", ending: "close" }],
    ["resets", { raw: "", ending: "reset" }],
    ["closes in the middle of the head", { raw: "HTTP/1.1 200 OK\r\nContent-Ty", ending: "close" }],
    ["speaks no HTTP", { raw: "SSH-2.0-OpenSSH_9.9\r\n", ending: "close" }],
    ["stalls before its head", { raw: "", ending: "stall" }],
    ["stalls in the middle of its head", { raw: "HTTP/1.1 200 OK\r\nContent-Ty", ending: "stall" }],
    ["answers 502", { status: 502 }],
    ["answers 503", { status: 503 }],
    ["answers 503 with a Retry-After of its own", { status: 503, fields: [["Retry-After", "60"]] }],
    ["answers 504", { status: 504 }],
  ];

  it.each(failures)("%s", async (name, script) => {
    const path = `/both/${failures.findIndex(([other]) => other === name)}`;
    first.serve(path, script);
    second.serve(path, { body: "well" });
    for (const method of ["GET", "PUT", "DELETE"]) {
      const reply = await send(gateway, path, { method, body: method === "PUT" ? "kept" : "" });
      expect([method, reply.status, reply.text()]).toEqual([method, 200, "well"]);
    }
    expect(counts(path)).toEqual([3, 3, 0, 0]);
    const [, put] = second.requests(path);
    expect([put?.method, put?.body().toString()]).toEqual(["PUT", "kept"]);
  });

  it("refuses the connection", async () => {
    expect((await send(gateway, "/dead/x")).status).toBe(200);
    expect(counts("/dead/x")).toEqual([0, 1, 0, 0]);
  });
});

describe("a request is not sent again", () => {
  it.each(["POST", "PATCH"])("when it is a %s that may have done its work", async (method) => {
    const path = `/both/once-${method}`;
    first.serve(path, { raw: "", ending: "reset" });
    expect((await send(gateway, path, { method, body: "pay" })).status).toBe(502);
    expect(counts(path)).toEqual([1, 0, 0, 0]);
  });

  it("when its body is longer than the bound, or its length unknown: it is streamed", async () => {
    first.serve("/both/long", { status: 503 });
    const long = await send(gateway, "/both/long", { method: "PUT", body: "x".repeat(65_537) });
    const chunked = await send(gateway, "/both/long", { method: "PUT", body: Readable.from(["a", "b"]) });
    expect([long.status, chunked.status]).toEqual([503, 503]);
    expect(counts("/both/long")).toEqual([2, 0, 0, 0]);
    expect(first.requests("/both/long").map((request) => request.bodyBytes())).toEqual([65_537, 2]);
  });

  it("when the origin's answer is the application's own", async () => {
    for (const status of [500, 404, 429]) {
      first.serve(`/both/own-${status}`, { status });
      expect((await send(gateway, `/both/own-${status}`)).status).toBe(status);
      expect(counts(`/both/own-${status}`)).toEqual([1, 0, 0, 0]);
    }
  });
});

describe("a refusal that says that nothing was done", () => {
  it("lets a POST with its body go to another origin", async () => {
    first.serve("/both/refused", { status: 503, fields: [["Retry-After", "1"]] });
    second.serve("/both/refused", { status: 201 });
    const reply = await send(gateway, "/both/refused", { method: "POST", body: "pay" });
    expect(reply.status).toBe(201);
    expect(second.requests("/both/refused").map((request) => request.body().toString())).toEqual(["pay"]);
  });

  it.each([503, 429])("is obeyed when it is a %i and there is no other origin", async (status) => {
    const path = `/lone/later-${status}`;
    let asked = 0;
    first.serve(path, () => {
      asked += 1;
      return asked === 1 ? { status, fields: [["Retry-After", "1"]] } : { body: "now" };
    });
    const reply = await send(gateway, path);
    expect([reply.status, reply.text()]).toEqual([200, "now"]);
    expect(reply.answeredAtMs - reply.sentAtMs).toBeGreaterThanOrEqual(950);
  });

  it("is the client's to obey when it asks for more patience than the gateway has", async () => {
    first.serve("/lone/much-later", { status: 503, fields: [["Retry-After", "3"]] });
    const reply = await send(gateway, "/lone/much-later");
    expect([reply.status, reply.field("Retry-After")]).toEqual([503, "3"]);
    expect(counts("/lone/much-later")).toEqual([1, 0, 0, 0]);
  });
});

describe("a breaker", () => {
  const stateOf = async (pool: string): Promise<unknown> => {
    const reply = await send(gateway, "/__headgate/v1/origins", {
      fields: [["Authorization", `Bearer ${TOKEN}`]],
    });
    const { items } = reply.json() as { items: { pool: string; origins: { state: string }[] }[] };
    return items.find((shown) => shown.pool === pool)?.origins.map(({ state }) => state);
  };

  it("opens after failures in a row, tells so, and closes after good probes", async () => {
    third.serve("/breaking/x", { raw: "", ending: "reset" });
    expect((await sendTimes(3, "/breaking/x")).map(({ status }) => status)).toEqual([502, 502, 502]);
    const openedAtMs = Date.now();
    expect(await stateOf("breaking")).toEqual(["open"]);
    for (const reply of await sendTimes(20, "/breaking/x")) expectUnavailable(reply, 1);
    expect(counts("/breaking/x")).toEqual([0, 0, 3, 0]);
    third.serve("/breaking/x", { body: "back" });
    await untilTime(openedAtMs + 1_050);
    expect(await stateOf("breaking")).toEqual(["half-open"]);
    expect((await sendTimes(2, "/breaking/x")).map(({ status }) => status)).toEqual([200, 200]);
    expect(await stateOf("breaking")).toEqual(["closed"]);
    const told = readEvents(gateway, "origin").filter(({ pool }) => pool === "breaking");
    expect(told.map(({ origin, state }) => [origin, state])).toEqual([
      [third.url, "open"],
      [third.url, "closed"],
    ]);
  });

  it("lets no more than its probes through to an origin that stalls, and opens again for what comes of them", async () => {
    await sendTimes(1, "/breaking/warm");
    third.serve("/breaking/y", { status: 503 });
    await sendTimes(3, "/breaking/y");
    await untilTime(Date.now() + 1_050);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    third.serve("/breaking/y", async () => {
      await held;
      return { status: 503 };
    });
    const sent = Array.from({ length: 30 }, () => send(gateway, "/breaking/y"));
    await until("two probes", () => counts("/breaking/y")[2] === 3 + 2);
    release();
    const statuses = (await Promise.all(sent)).map((reply) => reply.field("Retry-After") ?? "probe");
    expect(counts("/breaking/y")).toEqual([0, 0, 3 + 2, 0]);
    expect(statuses.filter((text) => text === "probe")).toHaveLength(2);
    expect(await stateOf("breaking")).toEqual(["open"]);
  });

  it("opens for answers that are too slow", async () => {
    fourth.serve("/slow/x", async () => {
      await new Promise((resolve) => setTimeout(resolve, 150));
      return { body: "late" };
    });
    expect((await sendTimes(2, "/slow/x")).map(({ status }) => status)).toEqual([200, 200]);
    expectUnavailable(await send(gateway, "/slow/x"), 5);
    expect(counts("/slow/x")).toEqual([0, 0, 0, 2]);
  });

  it("opens for an origin that flaps, by the share of its failures", async () => {
    let asked = 0;
    fourth.serve("/flapping/x", () => {
      asked += 1;
      return asked % 2 === 0 ? { status: 503 } : { body: "sometimes" };
    });
    expect((await sendTimes(30, "/flapping/x")).map(({ status }) => status)).toEqual(
      Array.from({ length: 30 }, () => 200),
    );
    expect(counts("/flapping/x")[3]).toBe(10);
  });

  it("does not open for uploads that their clients never finish", async () => {
    const head = "PUT /uploads/x HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (let time = 0; time < 4; time += 1) {
      const { status } = await sendBytes(gateway, `${head}3\r\nabc\r\n`, 500);
      expect(status).toBe(408);
    }
    expect(counts("/uploads/x")[1]).toBe(4);
    expect((await send(gateway, "/uploads/after")).status).toBe(200);
  });
});

describe("when no origin is left", () => {
  it("the client gets a 503 that says when to come back, at once", async () => {
    expect((await send(gateway, "/gone/x")).status).toBe(502);
    const reply = await send(gateway, "/gone/x");
    expectUnavailable(reply, 20);
    expect(reply.answeredAtMs - reply.sentAtMs).toBeLessThan(1_000);
  });

  it("a stored answer stands in, however stale the route allows it", async () => {
    third.serve("/store/cached/x", { body: "stored", fields: [["Cache-Control", "max-age=1"]] });
    await until("a stored answer", async () =>
      (await send(gateway, "/cached/x")).field("Cache-Status")?.includes("hit"),
    );
    third.serve("/store/cached/x", { raw: "", ending: "reset" });
    await untilTime(Date.now() + 1_100);
    const asked = (): number => counts("/store/cached/x")[2] ?? 0;
    const replies = [await send(gateway, "/cached/x")];
    const before = asked();
    replies.push(await send(gateway, "/cached/x"));
    for (const reply of replies) {
      expect([reply.status, reply.text()]).toEqual([200, "stored"]);
      expect(reply.field("Cache-Status")).toContain("stale-if-error");
    }
    expect(asked()).toBe(before);
    expectUnavailable(await send(gateway, "/cached/never-stored"), 20);
  });
});
