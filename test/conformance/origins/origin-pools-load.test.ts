// Pools under load, by real clients over real connections: an origin that dies and comes back, and one that answers 503
// to everything. What is counted is what clients got and what origins were asked.

import { afterAll, describe, expect, it } from "vitest";
import { send } from "../support/client.ts";
import type { Gateway } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { startPoolStand } from "../support/pool-stand.ts";
import { until, untilTime } from "../support/until.ts";

const CLIENTS = 6;

interface Load {
  /** How often each status was answered. 0 is no answer. */
  readonly statuses: ReadonlyMap<number, number>;
  readonly answered: () => number;
  readonly stop: () => Promise<void>;
}

/** Clients that send one request after the other until they are stopped. */
function startLoad(gateway: Gateway, path: string, pauseMs = 0): Load {
  const statuses = new Map<number, number>();
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const status = await send(gateway, path).then(
        (reply) => reply.status,
        () => 0,
      );
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (pauseMs > 0) await untilTime(Date.now() + pauseMs);
    }
  };
  const running = Array.from({ length: CLIENTS }, run);
  return {
    statuses,
    answered: () => sum(statuses.values()),
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

const sum = (counts: Iterable<number>): number => [...counts].reduce((total, count) => total + count, 0);

describe("one origin of three that dies under load", () => {
  it("costs no client an answer, and comes back without a surge", async () => {
    const stand = await startPoolStand(3, (urls) => ({
      origin: "all",
      origins: { all: { members: urls, breaker: { open: "1s" }, slowStart: "5s" } },
    }));
    const { origins, gateway, counts } = stand;
    const load = startLoad(gateway, "/x", 2);
    await untilTime(Date.now() + 1_000);

    const [killed] = origins;
    if (killed === undefined) throw new Error("three origins were started");
    await killed.close();
    const [, ...whenKilled] = counts();
    await untilTime(Date.now() + 2_000);
    const [, ...whenBack] = counts();
    expect(whenBack.every((count, at) => count > (whenKilled[at] ?? 0))).toBe(true);

    const revived = await startOrigin(Number(new URL(killed.url).port));
    afterAll(revived.close);
    const others = (): number => sum(counts().slice(1));
    /** The share of requests that the revived origin got in each second since it was asked first. */
    const shares: number[] = [];
    await until("a probe", () => revived.requests().length > 0);
    for (let second = 0; second < 8; second += 1) {
      const before = [revived.requests().length, others()] as const;
      await untilTime(Date.now() + 1_000);
      const own = revived.requests().length - before[0];
      shares.push(own / (own + others() - before[1]));
    }
    await load.stop();
    expect([...load.statuses.keys()]).toEqual([200]);
    // A third is its share in the end. In the first second a tenth to a quarter of its weight is: 0.05 to 0.12 of all.
    expect(shares[0]).toBeLessThan(0.22);
    expect(Math.max(...shares)).toBeLessThan(0.5);
    expect((shares.at(-1) ?? 0) + (shares.at(-2) ?? 0)).toBeGreaterThan(0.5);
  });
});

/** Enough for the budget to be the smaller part, and not more than a slow machine sends in time. */
const STORM_REQUESTS = 600;

describe("a retry storm: an origin that answers 503 to everything", () => {
  const storm = async (
    pool: Readonly<Record<string, unknown>>,
  ): Promise<readonly [sent: number, asked: number, statuses: readonly number[]]> => {
    const { origins, gateway, counts } = await startPoolStand(1, (urls) => ({
      origin: "lone",
      origins: { lone: { members: urls, ...pool } },
    }));
    origins[0]?.serve("*", { status: 503 });
    const load = startLoad(gateway, "/x");
    while (load.answered() < STORM_REQUESTS) await untilTime(Date.now() + 50);
    await load.stop();
    return [load.answered(), sum(counts()), [...load.statuses.keys()]];
  };

  it("is asked at most 1.1 times what clients send, by the retry budget alone", async () => {
    const [sent, asked, statuses] = await storm({
      breaker: { failures: 1_000_000, answers: 1_000_000 },
      retries: { max: 5, backoff: "1ms" },
    });
    expect(statuses).toEqual([503]);
    expect(asked).toBeLessThanOrEqual(1.1 * sent);
    // The budget is used: without retries this would be a test of nothing.
    expect(asked).toBeGreaterThan(1.05 * sent);
  });

  it("is asked a handful of times once its breaker is open", async () => {
    const [sent, asked, statuses] = await storm({ breaker: { open: "1s" } });
    expect(statuses).toEqual([503]);
    expect(asked).toBeLessThan(0.1 * sent);
  });
});
