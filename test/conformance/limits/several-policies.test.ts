// A request under several policies: it takes from all of them or from none, whether their counters live together (same
// key) or apart (different keys), and its answer names the right ones.

import { beforeEach, describe, expect, it } from "vitest";
import { newAddress, send, type Reply } from "../support/client.ts";
import { startStand } from "../support/stand.ts";
import { membersOf } from "../support/structured-fields.ts";

/** Asked for every request: what a lease has is told as of its last renewal, and here every unit is counted at once. */
const HOURLY = { algorithm: "token-bucket", window: "1h", consistency: "exact" };

const { gateway } = await startStand({
  policies: {
    wide: { ...HOURLY, limit: 100, key: "ip" },
    tight: { ...HOURLY, limit: 2, key: "ip" },
    "tight-window": { algorithm: "sliding-window", limit: 2, window: "1h", key: "ip" },
    "per-key": { ...HOURLY, limit: 10, key: "header:x-api-key" },
    "per-path": { algorithm: "sliding-window", limit: 10, window: "1h", key: ["header:x-api-key", "path"] },
    soon: { algorithm: "token-bucket", limit: 1, window: "10s", key: "ip" },
    later: { algorithm: "token-bucket", limit: 1, window: "5m", key: "header:x-api-key" },
  },
  routes: [
    { path: "/wide", policies: ["wide"] },
    { path: "/tight", policies: ["tight"] },
    { path: "/together", policies: ["wide", "tight"] },
    { path: "/together-window", policies: ["tight-window", "wide"] },
    { path: "/apart", policies: ["wide", "per-key"] },
    { path: "/apart-three/*", policies: ["per-path", "wide", "per-key"] },
    { path: "/wait", policies: ["soon", "later"] },
    { path: "/soon", policies: ["soon"] },
    { path: "/later", policies: ["later"] },
  ],
});

let ip = "";
let apiKey = "";

beforeEach(() => {
  ip = newAddress();
  apiKey = `key-of-${ip}`;
});

function ask(path: string): Promise<Reply> {
  return send(gateway, path, { ip, fields: [["x-api-key", apiKey]] });
}

async function askTogether(path: string, count: number): Promise<number> {
  const replies = await Promise.all(Array.from({ length: count }, () => ask(path)));
  return replies.filter(({ status }) => status === 200).length;
}

/** What the policy "wide" has left, after this question itself. */
async function readWideLeft(): Promise<number> {
  return Number((await ask("/wide")).field("X-RateLimit-Remaining"));
}

describe("policies with the same key", () => {
  it.each(["/together", "/together-window"])("take from all or from none (%s)", async (path) => {
    expect(await askTogether(path, 30)).toBe(2);
    expect(await readWideLeft()).toBe(100 - 2 - 1);
  });
});

describe("policies with different keys", () => {
  it("give back what one took when another denies", async () => {
    const statuses: number[] = [];
    for (let time = 0; time < 15; time += 1) statuses.push((await ask("/apart")).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(await readWideLeft()).toBe(100 - 10 - 1);
  });

  it("give back also when 50 requests come at once", async () => {
    expect(await askTogether("/apart", 50)).toBe(10);
    expect(await readWideLeft()).toBe(100 - 10 - 1);
  });

  it("admit from all of three or from none", async () => {
    expect(await askTogether("/apart-three/a", 30)).toBe(10);
    // Another path is another counter of "per-path", but "per-key" is used up by then.
    expect(await askTogether("/apart-three/b", 30)).toBe(0);
    expect(await readWideLeft()).toBe(100 - 10 - 1);
    // And per-path has all that it had for the second path.
    apiKey = `${apiKey}-other`;
    expect(await askTogether("/apart-three/b", 5)).toBe(5);
  });
});

describe("the answer to a request under several policies", () => {
  it("lists each of them, and X-RateLimit is that of the nearest to denying", async () => {
    const reply = await ask("/together");
    expect(
      membersOf(reply, "RateLimit")
        .map(({ value }) => value)
        .toSorted(),
    ).toEqual(["tight", "wide"]);
    expect(
      membersOf(reply, "RateLimit-Policy")
        .map(({ value }) => value)
        .toSorted(),
    ).toEqual(["tight", "wide"]);
    expect(reply.field("X-RateLimit-Limit")).toBe("2");
    expect(reply.field("X-RateLimit-Remaining")).toBe("1");
  });

  it("names the one that denied, and only that", async () => {
    await askTogether("/together", 2);
    const denied = await ask("/together");
    expect(denied.json()["violated-policies"]).toEqual(["tight"]);
    expect(denied.field("X-RateLimit-Limit")).toBe("2");
    expect(denied.field("X-RateLimit-Remaining")).toBe("0");
  });

  it("names all that denied, and its Retry-After is the longest of theirs", async () => {
    expect((await ask("/wait")).status).toBe(200);
    const denied = await ask("/wait");
    expect((denied.json()["violated-policies"] as string[]).toSorted()).toEqual(["later", "soon"]);
    expect(Number(denied.field("Retry-After"))).toBeGreaterThan(290);
    expect(Number(denied.field("Retry-After"))).toBeLessThanOrEqual(300);
  });

  it("a denial by one leaves the others as they were, also when it is asked again", async () => {
    expect((await ask("/later")).status).toBe(200);
    for (let time = 0; time < 3; time += 1) {
      expect((await ask("/wait")).json()["violated-policies"]).toEqual(["later"]);
    }
    expect((await ask("/soon")).status).toBe(200);
  });

  it("one policy on two routes is one counter", async () => {
    expect([(await ask("/together")).status, (await ask("/tight")).status]).toEqual([200, 200]);
    expect([(await ask("/together")).status, (await ask("/tight")).status]).toEqual([429, 429]);
  });
});
