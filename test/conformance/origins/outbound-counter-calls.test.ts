// What requests that wait for the quota of an origin cost its counter, and that none of them depends on another: not on one
// whose client leaves the line, nor on one that ends without a word.

import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { type Reply, send } from "../support/client.ts";
import { startOrigin } from "../support/origin.ts";
import { DIES, LEAVES_AFTER, startWatchedGateway } from "../support/watched-gateway.ts";

/** A call every so often, and never two at once. */
const every = (ms: number): object => ({
  algorithm: "token-bucket",
  limit: 1,
  window: `${ms}ms`,
  burst: 1,
  key: "everyone",
});

const names = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${at}`);

const tookMs = ({ sentAtMs, answeredAtMs }: Reply): number => answeredAtMs - sentAtMs;

describe("a counter object", () => {
  it("is asked a few times for each request that it admits, however many wait", async () => {
    const counted = await startOrigin();
    afterAll(counted.close);
    const watched = await startWatchedGateway({
      origin: "counted",
      policies: {
        counted: { algorithm: "token-bucket", limit: 20, window: "1s", burst: 1, key: "everyone" },
      },
      origins: { counted: { members: [counted.url], policies: ["counted"] } },
      routes: [{ path: "/*" }],
    });
    afterAll(watched.close);
    const before = await watched.readCalls();
    const replies = await Promise.all(names("/", 60).map((path) => send(watched, path)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    // The first calls are those of requests that came before anybody knew.
    expect((await watched.readCalls()) - before).toBeLessThanOrEqual(2 * 60 + 20);
  }, 20_000);

  it.each([
    ["left its line with its client", []],
    ["ended with its client, and nothing of it runs any more", [[DIES, "1"]]],
  ] as const)(
    "is asked for those behind a request that %s",
    async (_name, fields) => {
      const counted = await startOrigin();
      afterAll(counted.close);
      const watched = await startWatchedGateway({
        origin: "counted",
        policies: { counted: every(1_500) },
        origins: { counted: { members: [counted.url], policies: ["counted"] } },
        routes: [{ path: "/*" }],
      });
      afterAll(watched.close);
      expect((await send(watched, "/first")).status).toBe(200);
      const leaving = [1, 2, 3].map((at) =>
        send(watched, `/leaves${at}`, { fields: [...fields, [LEAVES_AFTER, "400"]] }),
      );
      await wait(100);
      const reply = await send(watched, "/stays");
      // Behind all three it would be four times as long.
      expect([reply.status, tookMs(reply) < 2_900]).toEqual([200, true]);
      await Promise.all(leaving);
      expect(counted.requests().map(({ target }) => target)).toEqual(["/first", "/stays"]);
    },
    20_000,
  );
});
