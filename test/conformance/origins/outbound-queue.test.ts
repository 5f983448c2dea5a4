// Waiting for the quota of an origin: in order, by priority, for so long and no longer, in a line of a bounded length, and
// never before whoever came earlier. How often counters are asked meanwhile is in outbound-counter-calls.test.ts.

import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { StatsAnswer } from "../../../src/core/stats/stats-answer.ts";
import { type Reply, type RequestOptions, send } from "../support/client.ts";
import { readEvents, startPoolStand } from "../support/pool-stand.ts";
import { until } from "../support/until.ts";

const TOKEN = "let-me-in";
const HEADER = "X-Priority";

/** A call every so often, and never two at once. */
const every = (ms: number): object => ({
  algorithm: "token-bucket",
  limit: 1,
  window: `${ms}ms`,
  burst: 1,
  key: "everyone",
});

/** One call at a time: held by the first, it comes back when the test says so. */
const ONE = { algorithm: "concurrency", limit: 1, key: "everyone" };

const policies = {
  ordered: ONE,
  urgent: ONE,
  claims: ONE,
  shedding: ONE,
  short: every(700),
  far: { algorithm: "sliding-window-log", limit: 1, window: "1h", key: "everyone" },
  left: ONE,
  starving: every(100),
  shown: ONE,
  pages: { ...every(1_500), key: "param:page" },
  whole: every(300),
};
const pools = {
  ordered: {},
  urgent: { priority: { consumers: {}, tiers: {} } },
  claims: { priority: { header: HEADER, headerMax: "normal" } },
  shedding: { queue: { lengthMax: 3, waitMax: "20s" } },
  short: { queue: { waitMax: "1s" } },
  far: {},
  left: {},
  starving: { queue: { waitMax: "2s", lengthMax: 1_000 } },
  shown: {},
  pages: { policies: ["pages", "whole"] },
};

const { origins, gateway } = await startPoolStand(
  1,
  ([url = ""]) => ({
    origin: url,
    policies,
    origins: Object.fromEntries(
      Object.entries(pools).map(([name, pool]) => [name, { members: [url], policies: [name], ...pool }]),
    ),
    routes: [
      { path: "/pages/:page/*", origin: "pages" },
      ...Object.keys(pools).flatMap((name) => [
        { path: `/${name}/critical/*`, origin: name, priority: "critical" },
        { path: `/${name}/background/*`, origin: name, priority: "background" },
        { path: `/${name}/rejected/*`, origin: name, whenLimited: ["reject"] },
        { path: `/${name}/*`, origin: name },
      ]),
    ],
  }),
  { vars: { ADMIN_TOKEN: TOKEN } },
);
const [origin] = origins;
if (origin === undefined) throw new Error("an origin was started");

/** The paths below a folder that the origin was asked for, in order. */
const askedOf = (folder: string): readonly string[] =>
  origin
    .requests()
    .filter(({ target }) => target.startsWith(`/${folder}/`))
    .map(({ target }) => target.slice(folder.length + 2));

/** How many wait for a pool's quota, by priority. */
async function readWaiting(pool: string): Promise<Readonly<Record<string, number>>> {
  const fields = [["Authorization", `Bearer ${TOKEN}`]] as const;
  const reply = await send(gateway, "/__headgate/v1/origins", { fields });
  const { items } = reply.json() as { items: { pool: string; waiting: Record<string, number> }[] };
  return items.find((shown) => shown.pool === pool)?.waiting ?? {};
}

const countWaiting = async (pool: string): Promise<number> =>
  Object.values(await readWaiting(pool)).reduce((sum, count) => sum + count, 0);

/** Takes a pool's one permit, until it is released. */
async function holdPermit(folder: string): Promise<() => Promise<Reply>> {
  const { promise, resolve } = Promise.withResolvers<void>();
  origin?.serve(`/${folder}/first`, async () => {
    await promise;
    return { body: "first" };
  });
  const first = send(gateway, `/${folder}/first`);
  await until("the first", () => askedOf(folder).length === 1);
  return () => {
    resolve();
    return first;
  };
}

/** Sends one after the other while the permit is held: each stands in line before the next comes. */
async function standInLine(
  folder: string,
  paths: readonly string[],
  options: RequestOptions = {},
): Promise<readonly Promise<Reply>[]> {
  const sent: Promise<Reply>[] = [];
  for (const path of paths) {
    const before = await countWaiting(folder);
    sent.push(send(gateway, `/${folder}/${path}`, options));
    await until("one more in line", async () => (await countWaiting(folder)) > before);
  }
  return sent;
}

/** Sends one after the other, a moment apart, without waiting for answers. */
async function sendSpaced(folder: string, paths: readonly string[]): Promise<readonly Promise<Reply>[]> {
  const sent: Promise<Reply>[] = [];
  for (const path of paths) {
    sent.push(send(gateway, `/${folder}/${path}`));
    await wait(40);
  }
  return sent;
}

const statusesOf = async (replies: readonly Promise<Reply>[]): Promise<readonly number[]> =>
  (await Promise.all(replies)).map(({ status }) => status);

const tookMs = ({ sentAtMs, answeredAtMs }: Reply): number => answeredAtMs - sentAtMs;

const names = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${at}`);

describe("requests that wait for quota", () => {
  it("are sent in the order in which they came, also when others come while quota does", async () => {
    const paths = names("", 10);
    const release = await holdPermit("ordered");
    const sent = [...(await standInLine("ordered", paths.slice(0, 6)))];
    const first = release();
    sent.push(first, ...(await sendSpaced("ordered", paths.slice(6))));
    expect(new Set(await statusesOf(sent))).toEqual(new Set([200]));
    expect(askedOf("ordered")).toEqual(["first", ...paths]);
  });

  it("go by the priority of their routes: critical, normal, background", async () => {
    const release = await holdPermit("urgent");
    const paths = ["background/1", "background/2", "n1", "critical/1", "critical/2"];
    const sent = [...(await standInLine("urgent", paths)), release()];
    expect(new Set(await statusesOf(sent))).toEqual(new Set([200]));
    const order = ["critical/1", "critical/2", "n1", "background/1", "background/2"];
    expect(askedOf("urgent")).toEqual(["first", ...order]);
  });

  it("claim by a header no more than the configuration lets them, and the origin does not see it", async () => {
    const release = await holdPermit("claims");
    const says = (value: string): RequestOptions => ({ fields: [[HEADER, value]] });
    const sent = [
      ...(await standInLine("claims", ["n1"])),
      ...(await standInLine("claims", ["hostile"], says("critical"))),
      ...(await standInLine("claims", ["modest"], says("background"))),
      ...(await standInLine("claims", ["odd"], says("\u00ff,critical"))),
      ...(await standInLine("claims", ["background/risen"], says("normal"))),
      ...(await standInLine("claims", ["critical/1"])),
      release(),
    ];
    expect(new Set(await statusesOf(sent))).toEqual(new Set([200]));
    const order = ["critical/1", "n1", "hostile", "odd", "background/risen", "modest"];
    expect(askedOf("claims")).toEqual(["first", ...order]);
    const seen = origin.requests().filter(({ target }) => target.startsWith("/claims/"));
    expect(seen.flatMap((request) => request.lines(HEADER))).toEqual([]);
  });

  it("are not overtaken by those who will not wait, however often they try", async () => {
    const release = await holdPermit("left");
    const paths = names("", 6);
    const waiting = statusesOf([...(await standInLine("left", paths)), release()]);
    const over = new AbortController();
    void waiting.then(() => over.abort());
    const trying: Promise<Reply>[] = [];
    // Some of them meet the moment at which there is quota.
    while (!over.signal.aborted && trying.length < 500) {
      trying.push(send(gateway, "/left/rejected/x"));
      await wait(5);
    }
    expect(new Set(await waiting)).toEqual(new Set([200]));
    const statuses = await statusesOf(trying);
    expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(20);
    expect(askedOf("left").slice(0, paths.length + 1)).toEqual(["first", ...paths]);
  }, 15_000);

  it("wait behind nobody of another key, whose own quota is short", async () => {
    // Both pages and all of them together are limited: each waits where its quota is missing.
    const sent = await sendSpaced("pages", ["a/1", "a/2", "b/1"]);
    expect(new Set(await statusesOf(sent))).toEqual(new Set([200]));
    expect(askedOf("pages")).toEqual(["a/1", "b/1", "a/2"]);
  });

  it("of the least priority are not kept waiting for ever by a flood of critical ones", async () => {
    const flood = new AbortController();
    const critical: Promise<Reply>[] = [];
    const flooding = (async (): Promise<void> => {
      while (!flood.signal.aborted) {
        critical.push(send(gateway, "/starving/critical/x"));
        await wait(80);
      }
    })();
    await wait(500);
    const reply = await send(gateway, "/starving/background/x");
    // Where the machine stands still for a while nobody is served meanwhile: a starved one is refused each time.
    const last = reply.status === 200 ? reply : await send(gateway, "/starving/background/again");
    flood.abort();
    await flooding;
    await Promise.all(critical);
    // Two priorities are worth half of waitMax.
    expect([last.status, tookMs(last) < 1_900]).toEqual([200, true]);
  }, 15_000);
});

describe("a line", () => {
  it("that is full gives the last background request's place to a critical one, and refuses another", async () => {
    const release = await holdPermit("shedding");
    const waiting = await standInLine("shedding", ["background/1", "background/2", "background/3"]);
    const refused = await send(gateway, "/shedding/background/4");
    expect([refused.status, tookMs(refused) < 1_500]).toEqual([503, true]);
    const critical = send(gateway, "/shedding/critical/x");
    const shed = await waiting[2];
    expect([shed?.status, shed?.json()["code"]]).toEqual([503, "origin-limited"]);
    expect(await statusesOf([release(), critical, ...waiting.slice(0, 2)])).toEqual([200, 200, 200, 200]);
    expect(askedOf("shedding")).toEqual(["first", "critical/x", "background/1", "background/2"]);
    const causes = readEvents(gateway, "denied")
      .filter(({ route }) => route === "/shedding/background/*")
      .map(({ code, policy, cause }) => [code, policy, cause]);
    expect(causes).toEqual([
      ["origin-limited", ["shedding"], "pool shedding, background: the queue is full"],
      ["origin-limited", ["shedding"], "pool shedding, background: its place was needed"],
    ]);
  });

  it("is left as soon as it is known that waitMax will not do, with a Retry-After", async () => {
    const replies = await Promise.all(await sendSpaced("short", names("", 5)));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 503, 503, 503]);
    for (const reply of replies.slice(2)) {
      expect(reply.json()["code"]).toBe("origin-limited");
      expect(Number(reply.field("Retry-After"))).toBeGreaterThanOrEqual(1);
      expect([tookMs(reply) > 300, tookMs(reply) < 3_000]).toEqual([true, true]);
    }
  });

  it("is not entered when the wait is known to be longer", async () => {
    expect((await send(gateway, "/far/1")).status).toBe(200);
    const reply = await send(gateway, "/far/2");
    expect([reply.status, tookMs(reply) < 3_000]).toEqual([503, true]);
    expect(Number(reply.field("Retry-After"))).toBeGreaterThan(3_590);
  });

  it("is shown by the admin API while somebody waits", async () => {
    const release = await holdPermit("shown");
    const sent = await standInLine("shown", ["n1", "background/1", "background/2"]);
    expect(await readWaiting("shown")).toEqual({ critical: 0, normal: 1, background: 2 });
    await release();
    await Promise.all(sent);
    expect(await readWaiting("shown")).toEqual({ critical: 0, normal: 0, background: 0 });
  }, 15_000);

  it("is in the statistics: who waited, who found it full, who gave up a place", async () => {
    const fields = [["Authorization", `Bearer ${TOKEN}`]] as const;
    const counted = await until(
      "the report",
      async () => {
        const { queue } = (
          await send(gateway, "/__headgate/v1/stats?minutes=10", { fields })
        ).json() as unknown as StatsAnswer;
        const rows = queue
          .filter(({ pool }) => pool === "shedding")
          .map(
            ({ priority, result, counts }) => `${priority} ${result} ${counts.reduce((a, b) => a + b, 0)}`,
          );
        return rows.length >= 4 && rows.toSorted();
      },
      15_000,
    );
    expect(counted).toEqual([
      "background full 1",
      "background shed 1",
      "background waited 2",
      "critical waited 1",
    ]);
  }, 20_000);
});
