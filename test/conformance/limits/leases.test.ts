// Hot keys are decided in the isolate, and exactly: never one request more than the limit, from one isolate or from two,
// with far fewer counter calls than requests.

import { afterAll, describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import { newAddress, type Reply, send, type Target } from "../support/client.ts";
import { toConfigSource } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { SECOND_HOST, startTwoIsolates } from "../support/two-isolates.ts";
import { startWatchedGateway } from "../support/watched-gateway.ts";

const AT_ONCE = 8;
const LIMIT = 400;
const HOURLY = { algorithm: "sliding-window", window: "1h", key: "ip", timeoutMs: 10_000 };
const PLENTY = 100_000;
const policies = {
  hot: { ...HOURLY, limit: LIMIT },
  bucket: { ...HOURLY, algorithm: "token-bucket", limit: LIMIT, window: "24h" },
  exact: { ...HOURLY, limit: PLENTY, consistency: "exact" },
  plenty: { ...HOURLY, limit: PLENTY },
  "plenty-too": { ...HOURLY, algorithm: "token-bucket", limit: PLENTY },
  few: { ...HOURLY, limit: 30 },
  plan: { ...HOURLY, limit: 120, key: "consumer" },
  busy: { ...HOURLY, limit: PLENTY, key: "consumer" },
};
const PRO = 400;

const origin = await startOrigin();
afterAll(origin.close);
const config = {
  origin: origin.url,
  log: { denied: 0 },
  policies,
  tiers: { pro: { plan: { limit: PRO }, busy: { limit: 2 * PLENTY } } },
  auth: { attempts: { limit: 10_000 } },
  routes: [
    ...["plan", "busy"].map((name) => ({ path: `/${name}`, auth: "required", policies: [name] })),
    ...Object.keys(policies)
      .slice(0, -2)
      .map((name) => ({ path: `/${name}`, policies: [name] })),
    { path: "/three", policies: ["plenty", "plenty-too", "few"] },
  ],
};
const gateway = await startWatchedGateway(config, { ADMIN_TOKEN });
afterAll(gateway.close);
const isolates = await startTwoIsolates(toConfigSource(config), { ADMIN_TOKEN });
afterAll(isolates.close);

interface Sent {
  readonly path: string;
  readonly ip: string;
  readonly count: number;
  readonly hosts?: readonly string[];
  readonly keys?: readonly string[];
}

const toFields = (host: string, apiKey: string | undefined): [string, string][] =>
  apiKey === undefined
    ? [["Host", host]]
    : [
        ["Host", host],
        ["X-API-Key", apiKey],
      ];

/** So many requests of one client, some at a time, taking turns between the hosts. */
async function flood(
  to: Target,
  { path, ip, count, hosts = ["first.example"], keys = [] }: Sent,
): Promise<readonly Reply[]> {
  const replies: Reply[] = [];
  let sent = 0;
  const work = async (): Promise<void> => {
    while (sent < count) {
      const fields = toFields(hosts[sent % hosts.length] ?? "", keys[sent % keys.length]);
      sent += 1;
      replies.push(await send(to, path, { ip, fields }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return replies;
}

const countAdmitted = (replies: readonly Reply[]): number =>
  replies.filter(({ status }) => status === 200).length;

/** Floods until as many were admitted as may be, and once more. */
async function admitAll(to: Target, sent: Omit<Sent, "count">): Promise<number> {
  let admitted = 0;
  const endMs = Date.now() + 20_000;
  while (admitted < LIMIT && Date.now() < endMs)
    admitted += countAdmitted(await flood(to, { ...sent, count: 200 }));
  return admitted + countAdmitted(await flood(to, { ...sent, count: 200 }));
}

describe.each(["/hot", "/bucket"])("a hot key under %s", (path) => {
  it("gets its limit from one isolate, and not one more", async () => {
    expect(await admitAll(gateway, { path, ip: newAddress() })).toBe(LIMIT);
  });

  it("gets its limit from two isolates together, and not one more", async () => {
    const hosts = ["first.example", SECOND_HOST];
    expect(await admitAll(isolates, { path, ip: newAddress(), hosts })).toBe(LIMIT);
  });
});

describe("counter calls", () => {
  const count = async (sendAll: () => Promise<unknown>): Promise<number> => {
    const before = await gateway.readCalls();
    await sendAll();
    return (await gateway.readCalls()) - before;
  };

  it("are far fewer than a hot key's requests", async () => {
    const calls = await count(async () => {
      const replies = await flood(gateway, { path: "/plenty", ip: newAddress(), count: 1_000 });
      expect(countAdmitted(replies)).toBe(1_000);
    });
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThan(150);
  });

  it('are one a request under "exact"', async () => {
    const ip = newAddress();
    // One after the other: those that meet share a call.
    const calls = await count(async () => {
      for (let time = 0; time < 200; time += 1)
        expect((await send(gateway, "/exact", { ip })).status).toBe(200);
    });
    expect(calls).toBe(200);
  });
});

describe("three policies on one request", () => {
  it("consume nothing of two where the third denies: what their leases gave goes back", async () => {
    const ip = newAddress();
    const replies = await flood(gateway, { path: "/three", ip, count: 400 });
    expect(countAdmitted(replies)).toBe(30);
    // The leases of the others end, and what was not spent of them comes back with the next report.
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    await flood(gateway, { path: "/plenty", ip, count: 4 });
    await flood(gateway, { path: "/plenty-too", ip, count: 4 });
    const left = async (path: string): Promise<number> =>
      Number((await send(gateway, path, { ip })).field("X-RateLimit-Remaining"));
    expect(await left("/plenty")).toBe(PLENTY - 35);
    // What drained meanwhile came back as well.
    expect(await left("/plenty-too")).toBeGreaterThanOrEqual(PLENTY - 35);
  });
});

describe("what a leased answer says is left", () => {
  it("is never negative, never rises by itself, and never above what the limit leaves", async () => {
    const ip = newAddress();
    let admitted = 0;
    for (let time = 0; time < LIMIT + 20; time += 1) {
      const reply = await send(gateway, "/hot", { ip });
      if (reply.status === 200) admitted += 1;
      const remaining = Number(reply.field("X-RateLimit-Remaining"));
      expect(remaining).toBeGreaterThanOrEqual(0);
      expect(remaining).toBeLessThanOrEqual(LIMIT - admitted);
    }
    expect(admitted).toBeLessThanOrEqual(LIMIT);
  });
});

describe("a consumer with keys on two tiers", () => {
  const addKeys = async (to: Target, consumer: string): Promise<{ free: string; pro: string }> => {
    const add = async (body: object): Promise<string> => {
      const { key } = await expectStatus(201, askAdmin(to, "POST", "/keys", { body }));
      return String(key);
    };
    return { free: await add({ consumer }), pro: await add({ consumer, tier: "pro" }) };
  };

  it("gets each plan's limit from two isolates together, and not one more", async () => {
    const { free, pro } = await addKeys(isolates, "mixed");
    const hosts = ["first.example", SECOND_HOST];
    const admitted = { free: 0, pro: 0 };
    for (let round = 0; round < 4; round += 1) {
      for (const [name, key] of Object.entries({ free, pro })) {
        const replies = await flood(isolates, {
          path: "/plan",
          ip: newAddress(),
          count: 40,
          hosts,
          keys: [key],
        });
        admitted[name as keyof typeof admitted] += countAdmitted(replies);
      }
    }
    expect(admitted.free).toBeGreaterThan(0);
    expect(admitted.free).toBeLessThanOrEqual(120);
    // What the first took counts under the second: all of both is within the larger.
    const sent = { path: "/plan", ip: newAddress(), hosts, keys: [pro] };
    const endMs = Date.now() + 20_000;
    const all = (): number => admitted.free + admitted.pro;
    while (all() < PRO && Date.now() < endMs)
      admitted.pro += countAdmitted(await flood(isolates, { ...sent, count: 100 }));
    admitted.pro += countAdmitted(await flood(isolates, { ...sent, count: 100 }));
    expect(all()).toBe(PRO);
    const late = await flood(isolates, { ...sent, keys: [free], count: 20 });
    expect(countAdmitted(late)).toBe(0);
  });

  it("does not spend the larger plan's lease under the smaller one, in the instance that has it", async () => {
    const { free, pro } = await addKeys(gateway, "larger");
    const sent = { path: "/plan", ip: newAddress() };
    expect(countAdmitted(await flood(gateway, { ...sent, count: 150, keys: [pro] }))).toBe(150);
    expect(countAdmitted(await flood(gateway, { ...sent, count: 8, keys: [free] }))).toBe(0);
    expect(countAdmitted(await flood(gateway, { ...sent, count: 8, keys: [pro] }))).toBe(8);
  });

  it("asks its counter for far fewer than its requests, under both plans at a time", async () => {
    const { free, pro } = await addKeys(gateway, "busy");
    const before = await gateway.readCalls();
    const sent = { path: "/busy", ip: newAddress(), count: 1_000, keys: [free, pro] };
    expect(countAdmitted(await flood(gateway, sent))).toBe(1_000);
    const calls = (await gateway.readCalls()) - before;
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThan(120);
  });
});
