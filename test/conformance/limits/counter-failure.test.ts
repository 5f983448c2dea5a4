// What happens to a request when its counter fails: what the policy's onError says, never a 500, and afterwards all is
// as before. The counter fails because its storage does: the disk is locked under it while it runs.

import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newAddress, send, type Reply } from "../support/client.ts";
import { newFolder } from "../support/gateway.ts";
import { startStand } from "../support/stand.ts";
import { lockObjects } from "../support/storage.ts";
import { until } from "../support/until.ts";

const LIMIT = 5;
const HOURLY = { algorithm: "token-bucket", limit: LIMIT, window: "1h", key: "ip" };

const folder = await newFolder();
afterAll(() => rm(folder, { recursive: true, force: true }));
const { origin, gateway } = await startStand(
  {
    counters: { shards: 1 },
    policies: {
      local: { ...HOURLY, onError: "local" },
      whole: { ...HOURLY, onError: "local-full" },
      unsaid: HOURLY,
      open: { ...HOURLY, onError: "open" },
      closed: { ...HOURLY, onError: "closed" },
    },
    routes: [
      { path: "/local", policies: ["local"] },
      { path: "/unsaid", policies: ["unsaid"] },
      { path: "/whole", policies: ["whole"] },
      { path: "/open", policies: ["open"] },
      { path: "/closed", policies: ["closed"] },
      { path: "/open-and-closed", policies: ["open", "closed"] },
      { path: "/local-and-open", policies: ["open", "local"] },
    ],
  },
  { persistTo: folder },
);

async function statusesOf(path: string, ip: string, times: number): Promise<number[]> {
  const replies = await Promise.all(Array.from({ length: times }, () => send(gateway, path, { ip })));
  return replies.map(({ status }) => status).toSorted((a, b) => a - b);
}

function askOnce(path: string, ip: string): Promise<Reply> {
  return send(gateway, path, { ip });
}

/** The degraded lines that `work` left. */
async function readDegraded(
  work: () => Promise<unknown>,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const before = gateway.logs().length;
  await work();
  const lines = gateway
    .logs()
    .slice(before)
    .filter((line) => line.startsWith("{"));
  return lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ event }) => event === "degraded");
}

const spent = newAddress();
const known = newAddress();
let unlock: () => void;

beforeAll(async () => {
  expect(await statusesOf("/closed", spent, 3)).toEqual([200, 200, 200]);
  for (const path of ["/local", "/unsaid"]) expect(await statusesOf(path, known, 2)).toEqual([200, 200]);
  unlock = lockObjects(folder);
});

describe("a counter that fails", () => {
  it("lets requests pass under onError open", async () => {
    expect(await statusesOf("/open", newAddress(), 20)).toEqual(Array.from({ length: 20 }, () => 200));
  });

  it("refuses them under onError closed, with a problem and a time to come back", async () => {
    const before = origin.requests("/closed").length;
    const refused = await askOnce("/closed", newAddress());
    expect(refused.status).toBe(503);
    expect(refused.field("Retry-After")).toMatch(/^[1-9]\d*$/);
    expect(refused.field("Content-Type")).toMatch(/^application\/problem\+json/);
    expect(refused.json()).toMatchObject({
      type: "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity",
      status: 503,
      "violated-policies": ["closed"],
    });
    expect(origin.requests("/closed")).toHaveLength(before);
  });

  it.each(["/local", "/unsaid"])(
    "is stood in for by the isolate under onError local, or unsaid, as far as the key has quota left (%s)",
    async (path) => {
      expect(await statusesOf(path, known, 5)).toEqual([200, 200, 200, 429, 429]);
      // Of a client that the isolate has never heard of it takes an eighth of the limit, or one.
      expect(await statusesOf(path, newAddress(), 3)).toEqual([200, 429, 429]);
    },
  );

  it("is stood in for by the isolate with the whole limit under onError local-full", async () => {
    const statuses = await statusesOf("/whole", newAddress(), 7);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
  });

  it("is decided by each policy for itself where there are several", async () => {
    const refused = await askOnce("/open-and-closed", newAddress());
    expect([refused.status, refused.json()["violated-policies"]]).toEqual([503, ["closed"]]);
    expect(await statusesOf("/local-and-open", newAddress(), 3)).toEqual([200, 429, 429]);
  });

  it("leaves one line for each degraded request, with its policy, a hashed key and why", async () => {
    const ip = newAddress();
    const lines = await readDegraded(() => statusesOf("/open", ip, 3));
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      expect(line).toMatchObject({ route: "/open", ms: expect.any(Number) as number });
      expect([line["policy"]].flat()).toEqual(["open"]);
      expect([line["key"]].flat()).toEqual([expect.stringMatching(/^[0-9a-f]{8,64}$/)]);
      expect(JSON.stringify(line)).not.toContain(ip);
    }
  });
});

describe("a counter that works again", () => {
  beforeAll(() => {
    unlock();
  });

  it("counts on from where it was, and nothing is degraded any more", async () => {
    // A counter that failed often may be left alone for a moment.
    await until(
      "the counter to be asked again",
      async () => (await askOnce("/closed", newAddress())).status === 200,
    );
    const lines = await readDegraded(async () => {
      expect(await statusesOf("/closed", newAddress(), 7)).toEqual([200, 200, 200, 200, 200, 429, 429]);
      const left = (await statusesOf("/closed", spent, LIMIT)).filter((status) => status === 200);
      expect(left.length).toBeLessThanOrEqual(LIMIT - 3);
    });
    expect(lines).toEqual([]);
  });

  it.each(["/local", "/unsaid"])("charges what was admitted without it (%s)", async (path) => {
    await until("the debts to be charged", async () => (await askOnce(path, known)).status === 429);
    expect(await statusesOf(path, known, 2)).toEqual([429, 429]);
  });
});
