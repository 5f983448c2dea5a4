// Load that is shed before an origin that has more to do than it can, at the gateway's edge: who is refused and how, who is
// not, and what a dry run says. One pool is overloaded by real requests; of the others their health objects hear from
// another isolate that they are. Whether shedding helps is `npm run prove:shedding`.

import { describe, expect, it } from "vitest";
import type { LoadReport, LoadView } from "../../../src/core/shedding/load.ts";
import { ADMIN_TOKEN, askAdmin } from "../support/admin.ts";
import { type Reply, type RequestOptions, send } from "../support/client.ts";
import { issueKey } from "../support/keys.ts";
import { readEvents, startPoolStand } from "../support/pool-stand.ts";
import { until } from "../support/until.ts";

/** All critical requests, and half of the clients of normal ones. */
const OPEN = 1.5;
const HEARD = ["ranks", "kept", "dry"];
const enforced = { adapt: { mode: "enforce" } };

const { origins, gateway } = await startPoolStand(
  1,
  (members) => ({
    origin: members[0],
    origins: {
      real: { members, ...enforced },
      ranks: { members, ...enforced, priority: { header: "x-priority", tiers: { pro: "critical" } } },
      kept: { members, ...enforced },
      dry: { members, adapt: {} },
    },
    tiers: { pro: {} },
    routes: [
      { path: "/ranks/critical", origin: "ranks", priority: "critical" },
      { path: "/ranks/background", origin: "ranks", priority: "background" },
      { path: "/ranks/key", origin: "ranks", priority: "background", auth: "optional" },
      {
        path: "/kept/*",
        origin: "kept",
        priority: "background",
        cache: { ttl: "1s", staleIfLimited: "1h" },
      },
      { path: "/dry/*", origin: "dry", priority: "background" },
      ...["ranks", "real"].map((name) => ({ path: `/${name}/*`, origin: name })),
    ],
  }),
  { vars: { ADMIN_TOKEN } },
);
const [origin] = origins;
if (origin === undefined) throw new Error("an origin was started");

interface Health {
  readonly report: (pool: object, reports: readonly object[], load: LoadReport) => Promise<unknown>;
}

/** Another isolate goes by `OPEN`, and tells an object that has just started so. */
async function tell(pool: string): Promise<void> {
  const objects = await gateway.getObjects("HEALTH");
  const health = objects.get(objects.idFromName(pool)) as unknown as Health;
  const known: LoadView = { open: OPEN, heavy: [], baseMs: 50 };
  const counts = { elapsedMs: 1_000, flightMs: 4_000, arrivals: [500, 500, 500], answers: 750, bad: 0 };
  const isShadow = pool === "dry";
  await health.report({ members: [] }, [], { isolate: "another", ...counts, top: [], known, isShadow });
}

interface Load {
  readonly admitted: Readonly<Record<string, number>>;
  readonly usualMs: number;
}

/** undefined: nothing is known of it yet. */
async function readLoad(pool: string): Promise<Load | undefined> {
  const { items } = (await askAdmin(gateway, "GET", "/origins")).json() as {
    items: { pool: string; load?: Load }[];
  };
  const load = items.find((shown) => shown.pool === pool)?.load;
  return load?.usualMs === 0 ? undefined : load;
}

const isShedding = (pool: string) => async (): Promise<boolean> =>
  ((await readLoad(pool))?.admitted["background"] ?? 1) < 1;
const ask = (path: string, options: RequestOptions = {}): Promise<Reply> => send(gateway, path, options);
const claim = (priority: string): RequestOptions => ({ fields: [["x-priority", priority]] });
const statusOf = async (reply: Promise<Reply>): Promise<number> => (await reply).status;

/** The isolate learns how long an answer of this pool takes usually. */
const calmed = until("its usual pace", async () => {
  await Promise.all(Array.from({ length: 12 }, () => ask("/real/quick")));
  return (await readLoad("real"))?.usualMs;
});

await Promise.all(HEARD.map(tell));
const first = await Promise.all(["/ranks/x", "/kept/answer", "/dry/x"].map((path) => ask(path)));
const primedMs = Date.now();
await Promise.all(HEARD.map((pool) => until(`${pool} sheds`, isShedding(pool))));

describe("load shedding", () => {
  it("lets all in until the isolate has heard of it", () => {
    expect(first.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it("refuses by the route's priority, with a 503, its code and a Retry-After that is not the same for all", async () => {
    expect(await statusOf(ask("/ranks/critical"))).toBe(200);
    const refused = await Promise.all(Array.from({ length: 24 }, () => ask("/ranks/background")));
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
    expect(refused[0]?.json()["code"]).toBe("origin-overloaded");
    expect(refused[0]?.field("Proxy-Status")).toBe("headgate; error=connection_limit_reached");
    const waits = new Set(refused.map((reply) => reply.field("Retry-After")));
    expect(waits.size).toBeGreaterThan(1);
    expect([...waits].every((wait) => /^[1-4]$/.test(wait ?? ""))).toBe(true);
    expect(origin.requests("/ranks/background")).toEqual([]);
  });

  it("goes by the tier, and by a header as far as it may", async () => {
    const { text } = await issueKey(gateway, { consumer: "paying", tier: "pro" });
    expect(await statusOf(ask("/ranks/key"))).toBe(503);
    expect(await statusOf(ask("/ranks/key", { fields: [["X-API-Key", text]] }))).toBe(200);
    expect(await statusOf(ask("/ranks/critical", claim("background")))).toBe(503);
    expect(await statusOf(ask("/ranks/critical", claim("critical")))).toBe(200);
    // No higher than normal: as many are served as of normal ones, and not all.
    const claimed = await askMany(() => claim("critical"));
    expect(new Set(claimed)).toEqual(new Set([200, 503]));
  });

  it("serves a client as a whole, or not at all", async () => {
    const once = await askMany(() => ({}));
    expect(new Set(once)).toEqual(new Set([200, 503]));
    expect(await askMany(() => ({}))).toEqual(once);
  });

  it("refuses nobody in a dry run, and counts who would have been", async () => {
    const replies = await Promise.all(Array.from({ length: 5 }, () => ask("/dry/y")));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(readEvents(gateway, "origin")).toContainEqual(
      expect.objectContaining({ pool: "dry", state: "shedding", mode: "shadow" }),
    );
    const explained = await askAdmin(gateway, "POST", "/explain", { body: { url: `${gateway.url}/dry/z` } });
    expect(explained.json()["load"]).toEqual({
      pool: "dry",
      mode: "shadow",
      priority: "background",
      admitted: 0,
    });
  });

  it("answers what is stored, though stale, in place of the refusal", async () => {
    const stale = await until("a stale answer", async () => {
      const reply = await ask("/kept/answer");
      return Date.now() - primedMs > 1_000 && reply.field("Cache-Status")?.includes("stale") && reply;
    });
    expect([stale.status, stale.text()]).toEqual([200, "origin 0"]);
    expect(origin.requests("/kept/answer")).toHaveLength(1);
    expect(await statusOf(ask("/kept/other"))).toBe(503);
  });

  it("begins where real requests wait for far longer than usual", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await calmed;
    origin.serve("/real/held", async () => {
      await promise;
      return { body: "late" };
    });
    const held: Promise<Reply>[] = [];
    await until("a refusal", async () => {
      held.push(ask("/real/held"), ask("/real/held"));
      return await isShedding("real")();
    });
    expect(await statusOf(ask("/real/held"))).toBe(503);
    resolve();
    const statuses = await Promise.all(held.map(statusOf));
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(10);
    expect(readEvents(gateway, "origin")).toContainEqual(
      expect.objectContaining({ pool: "real", state: "shedding", mode: "enforce" }),
    );
  });
});

/** One request each of 24 clients. */
async function askMany(toOptions: () => RequestOptions): Promise<readonly number[]> {
  const addresses = Array.from({ length: 24 }, (_, at) => `203.0.113.${at}`);
  return await Promise.all(addresses.map((ip) => statusOf(ask("/ranks/normal", { ip, ...toOptions() }))));
}
