// Many requests for one thing at one moment (RFC 9111 section 4): one of them asks the origin, the others are served by its
// answer, or let go at once when it serves nobody else.

import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { control, isHit, startCacheStand, statusOf } from "../support/cache-stand.ts";
import type { Reply, RequestOptions } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { until } from "../support/until.ts";

const { origin, gateway, serve, ask, asked, untilHit } = await startCacheStand([
  { path: "/says/*", cache: {} },
  { path: "/small/*", cache: { bodyBytesMax: 10 } },
  { path: "/mine/*", cache: { key: { headers: ["X-Customer"] } } },
  { path: "/slow/*", cache: {}, timeout: "400ms" },
]);

const FRESH = control("max-age=600");
/** Long enough for all requests of a test to have come. */
const DELAY_MS = 300;

function askMany(
  path: string,
  count: number,
  toOptions: (at: number) => RequestOptions = () => ({}),
): Promise<readonly Reply[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => ask(path, toOptions(at))));
}

/** Sends a GET and leaves: as soon as the origin has seen it, or when the answer has begun to come. */
async function askAndLeave(path: string, whenSeen: "by the origin" | "by the client"): Promise<void> {
  const { hostname, port, host } = new URL(gateway.url);
  const before = asked(path);
  const socket = connect(Number(port), hostname);
  let received = "";
  socket.on("error", () => undefined);
  socket.on("data", (piece) => {
    received += piece.toString("latin1");
  });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await until(`${path} seen ${whenSeen}`, () =>
    whenSeen === "by the origin" ? asked(path) > before : received.includes("answer"),
  );
  // Without a reset the gateway would take it for a client that has only said all it has to say.
  socket.resetAndDestroy();
}

describe("concurrent misses", () => {
  it("50 of them make one origin request, and all get its answer", async () => {
    const path = serve("says", async () => {
      await wait(DELAY_MS);
      return { fields: FRESH };
    });
    const replies = await askMany(path, 50);
    expect(new Set(replies.map((reply) => `${reply.status} ${reply.text()}`))).toEqual(
      new Set(["200 answer 1"]),
    );
    expect(asked(path)).toBe(1);
    expect(replies.filter((reply) => statusOf(reply)["stored"] === true)).toHaveLength(1);
    expect(replies.filter((reply) => statusOf(reply)["collapsed"] === true || isHit(reply))).toHaveLength(49);
  });

  it("get the answer each in the form that it asked for", async () => {
    const path = serve("says", async () => {
      await wait(DELAY_MS);
      return { fields: control("max-age=600", ["ETag", '"v1"']), body: "0123456789" };
    });
    const condition: Fields = [["If-None-Match", '"v1"']];
    const first = ask(path);
    await until("the leader at the origin", () => asked(path) === 1);
    const replies = await Promise.all([first, ask(path), ask(path, { fields: condition })]);
    expect(replies.map((reply) => [reply.status, reply.text()])).toEqual([
      [200, "0123456789"],
      [200, "0123456789"],
      [304, ""],
    ]);
    expect(asked(path)).toBe(1);
  });

  it("of what is stale make one validation", async () => {
    const path = serve("says", async (_, time) => {
      if (time > 1) await wait(DELAY_MS);
      return {
        status: time > 1 ? 304 : 200,
        fields: control(`max-age=${time > 1 ? 600 : 0}`, ["ETag", '"v1"']),
      };
    });
    await ask(path);
    const replies = await askMany(path, 20);
    expect(new Set(replies.map((reply) => reply.text()))).toEqual(new Set(["answer 1"]));
    expect(asked(path)).toBe(2);
  });

  it("of several consumers are one for each of them", async () => {
    const path = serve("mine", async ({ field }) => {
      await wait(DELAY_MS);
      return { fields: FRESH, body: field("X-Customer") ?? "nobody" };
    });
    const replies = await askMany(path, 20, (at) => ({ fields: [["X-Customer", `c${at % 4}`]] }));
    expect(replies.map((reply) => reply.text())).toEqual(Array.from({ length: 20 }, (_, at) => `c${at % 4}`));
    expect(asked(path)).toBe(4);
  });

  it("of several variants are one for each of them, and nobody gets another's", async () => {
    const path = serve("says", async ({ field }) => {
      await wait(DELAY_MS);
      return { fields: [...FRESH, ["Vary", "Accept-Language"]], body: field("Accept-Language") ?? "none" };
    });
    const replies = await askMany(path, 20, (at) => ({ fields: [["Accept-Language", `l${at % 4}`]] }));
    expect(replies.map((reply) => reply.text())).toEqual(Array.from({ length: 20 }, (_, at) => `l${at % 4}`));
    expect(asked(path)).toBe(4);
  });

  it.each<readonly [string, RequestOptions]>([
    ["HEAD", { method: "HEAD" }],
    ["POST", { method: "POST" }],
    ["Range", { fields: [["Range", "bytes=0-1"]] }],
    ["If-Match", { fields: [["If-Match", '"v1"']] }],
  ])("do not hold back what the cache cannot serve by them: %s", async (_, options) => {
    const released = Promise.withResolvers<void>();
    const path = serve("says", async (_request, time) => {
      if (time === 1) await released.promise;
      return { fields: FRESH };
    });
    const leading = ask(path);
    await until("the leader at the origin", () => asked(path) === 1);
    expect([(await ask(path, options)).status, asked(path)]).toEqual([200, 2]);
    released.resolve();
    expect((await leading).text()).toBe("answer 1");
  });
});

describe("an answer that is not for others", () => {
  it.each<readonly [string, Fields]>([
    ["private", control("private, max-age=600")],
    ["no-store", control("no-store")],
    ["without freshness", []],
    ["with cookies", [...FRESH, ["Set-Cookie", "a=1"]]],
    ["with Vary: *", [...FRESH, ["Vary", "*"]]],
    ["too large", [...FRESH, ["Content-Length", "11"]]],
  ])("lets the others go at once, before its body has come: %s", async (_, fields) => {
    const released = Promise.withResolvers<void>();
    const path = serve("small", async (_request, time) => {
      if (time > 1) return { fields, body: `answer ${time}`.padEnd(11) };
      await wait(DELAY_MS);
      return { fields, body: afterwards(released.promise) };
    });
    const leading = ask(path);
    await until("the leader at the origin", () => asked(path) === 1);
    const others = await askMany(path, 10);
    expect(new Set(others.map((reply) => reply.text()))).toHaveProperty("size", 10);
    expect(asked(path)).toBe(11);
    released.resolve();
    expect((await leading).text()).toBe("answer ____");
  });

  it.each([500, 503, 429])(
    "is an error of its own, and the others ask for themselves: %i",
    async (status) => {
      const path = serve("says", async (_, time) => {
        if (time === 1) await wait(DELAY_MS);
        return time === 1 ? { status } : { fields: FRESH };
      });
      const leading = ask(path);
      await until("the leader at the origin", () => asked(path) === 1);
      const others = await askMany(path, 5);
      expect(others.map((reply) => reply.status)).toEqual([200, 200, 200, 200, 200]);
      expect((await leading).status).toBe(status);
    },
  );

  it("is one that breaks off, and the others ask for themselves", async () => {
    const path = serve("says", (_, time) => ({
      fields: FRESH,
      ...(time === 1 ? { body: breakingOff() } : {}),
    }));
    const leading = ask(path).catch(() => "broken");
    await until("the leader at the origin", () => asked(path) === 1);
    const others = await askMany(path, 5);
    expect(others.map((reply) => [reply.status, /^answer \d$/.test(reply.text())])).toEqual(
      others.map(() => [200, true]),
    );
    expect(await leading).toBe("broken");
  });

  it("is none at all, and nobody waits longer than the route does", async () => {
    const path = serve("slow", {});
    origin.serve(path, { raw: "", ending: "stall" });
    const startedMs = Date.now();
    const replies = await askMany(path, 5);
    expect(replies.map((reply) => reply.status)).toEqual([504, 504, 504, 504, 504]);
    expect(Date.now() - startedMs).toBeLessThan(3_000);
  });
});

describe("a leader whose client leaves", () => {
  it("before the answer still fetches it, for those who wait and for the store", async () => {
    const released = Promise.withResolvers<void>();
    const path = serve("says", async () => {
      await released.promise;
      return { fields: FRESH };
    });
    await askAndLeave(path, "by the origin");
    const others = askMany(path, 10);
    await wait(DELAY_MS);
    released.resolve();
    expect(new Set((await others).map((reply) => reply.text()))).toEqual(new Set(["answer 1"]));
    expect(asked(path)).toBe(1);
  });

  it("in the middle of the body still stores all of it", async () => {
    const released = Promise.withResolvers<void>();
    const path = serve("says", () => ({
      fields: FRESH,
      body: afterwards(released.promise),
    }));
    await askAndLeave(path, "by the client");
    const others = askMany(path, 3);
    await wait(DELAY_MS);
    released.resolve();
    expect(new Set((await others).map((reply) => reply.text()))).toEqual(new Set(["answer ____"]));
    expect([(await untilHit(path)).text(), asked(path)]).toEqual(["answer ____", 1]);
  });
});

async function* afterwards(released: Promise<unknown>): AsyncGenerator<string> {
  yield "answer ";
  await released;
  yield "____";
}

async function* breakingOff(): AsyncGenerator<string> {
  yield "answer";
  await wait(DELAY_MS);
  throw new Error("broken off");
}
