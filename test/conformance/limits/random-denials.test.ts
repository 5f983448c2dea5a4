// All or nothing under load: many requests at once, each under several policies whose counters live in different objects,
// of which any may deny. Every counter ends exactly at the number of requests that it admitted.

import { describe, expect, it } from "vitest";
import { type Reply, type RequestOptions, send } from "../support/client.ts";
import { startStand } from "../support/stand.ts";
import { membersOf } from "../support/structured-fields.ts";
import { until } from "../support/until.ts";

const HOURLY = { algorithm: "sliding-window", window: "1h" };
const LIMITS = { "per-ip": 13, "per-key": 19, "per-user": 8, everyone: 75 };

const { origin, gateway } = await startStand({
  policies: {
    "per-ip": { ...HOURLY, limit: LIMITS["per-ip"], key: "ip" },
    "per-key": { ...HOURLY, limit: LIMITS["per-key"], key: "header:x-api-key" },
    "per-user": { algorithm: "token-bucket", window: "24h", limit: LIMITS["per-user"], key: "query:user" },
    everyone: { algorithm: "quota", period: "month", limit: LIMITS.everyone, key: "host" },
  },
  routes: [
    { path: "/api", policies: Object.keys(LIMITS) },
    { path: "/peek", policies: Object.keys(LIMITS), cost: 0 },
  ],
});

interface Asked {
  readonly ip: string;
  readonly apiKey: string;
  readonly user: string;
}

/** As random as it must be, and the same in every run. */
function toAsked(index: number): Asked {
  return {
    ip: `192.0.2.${(index * 7) % 11}`,
    apiKey: `key-${(index * 5) % 6}`,
    user: `user-${(index * 3) % 17}`,
  };
}

function ask(path: string, { ip, apiKey, user }: Asked): Promise<Reply> {
  const options: RequestOptions = { ip, fields: [["x-api-key", apiKey]] };
  return send(gateway, `${path}?user=${user}`, options);
}

async function readLeft(asked: Asked): Promise<Readonly<Record<string, unknown>>> {
  const members = membersOf(await ask("/peek", asked), "RateLimit");
  return Object.fromEntries(members.map(({ value, parameters }) => [value, parameters["r"]]));
}

describe("200 requests at once under four policies", () => {
  it("leave every counter exactly at the number that it admitted", async () => {
    const requests = Array.from({ length: 200 }, (_, index) => toAsked(index));
    const replies = await Promise.all(requests.map((asked) => ask("/api", asked)));
    const answeredMs = Date.now();
    expect(replies.every(({ status }) => status === 200 || status === 429)).toBe(true);
    const admitted = requests.filter((_, index) => replies[index]?.status === 200);
    expect(admitted.length).toBeGreaterThan(20);
    expect(admitted.length).toBeLessThanOrEqual(LIMITS.everyone);
    expect(origin.requests("/api")).toHaveLength(admitted.length);
    for (const asked of requests.slice(0, 11 * 6)) {
      const expected = {
        "per-ip": LIMITS["per-ip"] - admitted.filter(({ ip }) => ip === asked.ip).length,
        "per-key": LIMITS["per-key"] - admitted.filter(({ apiKey }) => apiKey === asked.apiKey).length,
        "per-user": LIMITS["per-user"] - admitted.filter(({ user }) => user === asked.user).length,
        everyone: LIMITS.everyone - admitted.length,
      };
      // What a denied request held elsewhere is given back just after its answer.
      await until(`${JSON.stringify(expected)} to be left`, async () => {
        const left = await readLeft(asked);
        return JSON.stringify(left) === JSON.stringify(expected);
      });
    }
    // By then nothing has expired by itself: it was given back.
    expect(Date.now() - answeredMs).toBeLessThan(4_000);
  });
});
