// Counters outlive the gateway: what was used stays used over a restart and a change of the configuration, and what no
// longer matters is forgotten. Each test keeps its counters in a folder of its own.

import { rm } from "node:fs/promises";
import { afterAll, describe, expect, it } from "vitest";
import { newAddress, send } from "../support/client.ts";
import { newFolder, startGateway, toConfigSource, type Gateway } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { countRows, damageRows, makeAlarmsDue } from "../support/storage.ts";
import { membersOf } from "../support/structured-fields.ts";
import { until, untilTime } from "../support/until.ts";

type Policy = Readonly<Record<string, unknown>>;

const HOURLY: Policy = { window: "1h", limit: 5, key: "ip" };

const origin = await startOrigin();
afterAll(origin.close);

function start(persistTo: string, policies: Readonly<Record<string, Policy>>): Promise<Gateway> {
  const routes = Object.keys(policies).map((name) => ({ path: `/${name}`, policies: [name] }));
  // One counter object for all keys, and so one file.
  const counters = { shards: 1 };
  return startGateway({
    config: toConfigSource({ origin: origin.url, counters, policies, routes }),
    persistTo,
  });
}

/** Runs `work` on a gateway over the folder, then stops it. */
async function withGateway<T>(
  persistTo: string,
  policies: Readonly<Record<string, Policy>>,
  work: (gateway: Gateway) => Promise<T>,
): Promise<T> {
  const gateway = await start(persistTo, policies);
  try {
    return await work(gateway);
  } finally {
    await gateway.close();
  }
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await newFolder();
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function countAdmitted(gateway: Gateway, path: string, ip: string, asked = 10): Promise<number> {
  const replies = await Promise.all(Array.from({ length: asked }, () => send(gateway, path, { ip })));
  return replies.filter(({ status }) => status === 200).length;
}

describe.concurrent("a restart", () => {
  const policies = {
    bucket: { ...HOURLY, algorithm: "token-bucket" },
    window: { ...HOURLY, algorithm: "sliding-window" },
  };

  it("keeps what was used, for each algorithm and key", async () => {
    await withFolder(async (folder) => {
      const [spent, half, fresh] = [newAddress(), newAddress(), newAddress()];
      await withGateway(folder, policies, async (gateway) => {
        for (const path of ["/bucket", "/window"]) {
          expect(await countAdmitted(gateway, path, spent)).toBe(5);
          expect(await countAdmitted(gateway, path, half, 2)).toBe(2);
        }
      });
      await withGateway(folder, policies, async (gateway) => {
        for (const path of ["/bucket", "/window"]) {
          expect(await countAdmitted(gateway, path, spent)).toBe(0);
          expect(await countAdmitted(gateway, path, half)).toBeLessThanOrEqual(3);
          expect(await countAdmitted(gateway, path, fresh)).toBe(5);
        }
      });
    });
  });

  it("in the middle of the traffic never admits more than the limit", async () => {
    await withFolder(async (folder) => {
      const ip = newAddress();
      let admitted = 0;
      for (let run = 0; run < 3; run += 1) {
        admitted += await withGateway(folder, policies, async (gateway) => {
          const asked = Array.from({ length: 3 }, () => send(gateway, "/bucket", { ip }));
          return (await Promise.all(asked)).filter(({ status }) => status === 200).length;
        });
      }
      expect(admitted).toBeGreaterThanOrEqual(3);
      expect(admitted).toBeLessThanOrEqual(5);
    });
  });
});

describe.concurrent("a changed limit", () => {
  it.each(["token-bucket", "sliding-window"])("keeps what was used (%s)", async (algorithm) => {
    await withFolder(async (folder) => {
      const [raised, lowered] = [newAddress(), newAddress()];
      await withGateway(folder, { api: { ...HOURLY, algorithm } }, async (gateway) => {
        expect(await countAdmitted(gateway, "/api", raised, 5)).toBe(5);
        expect(await countAdmitted(gateway, "/api", lowered, 3)).toBe(3);
      });
      await withGateway(folder, { api: { ...HOURLY, algorithm, limit: 20 } }, async (gateway) => {
        const [member] = membersOf(await send(gateway, "/api", { ip: raised }), "RateLimit");
        expect(member?.parameters["r"]).toBeGreaterThan(0);
        expect(member?.parameters["r"]).toBeLessThanOrEqual(14);
      });
      await withGateway(folder, { api: { ...HOURLY, algorithm, limit: 2 } }, async (gateway) => {
        expect(await countAdmitted(gateway, "/api", lowered)).toBe(0);
      });
    });
  });
});

function withAlgorithm<T>(
  folder: string,
  algorithm: string,
  work: (gateway: Gateway) => Promise<T>,
): Promise<T> {
  return withGateway(folder, { api: { ...HOURLY, algorithm } }, work);
}

describe.concurrent("a damaged or foreign state", () => {
  it.each([
    ["token-bucket", "sliding-window"],
    ["sliding-window", "token-bucket"],
  ])("of a %s counts as never seen by a %s, and is logged", async (before, after) => {
    await withFolder(async (folder) => {
      const ip = newAddress();
      await withAlgorithm(folder, before, async (gateway) => {
        expect(await countAdmitted(gateway, "/api", ip)).toBe(5);
      });
      await withAlgorithm(folder, after, async (gateway) => {
        expect(await countAdmitted(gateway, "/api", ip)).toBe(5);
        expect(gateway.logs().join("\n")).toMatch(/"api"/);
        expect(gateway.logs().join("\n")).not.toContain(ip);
      });
    });
  });

  const texts = [
    "",
    "garbage",
    "null",
    "{}",
    "[]",
    '{"version":99}',
    '{"used":-1}',
    "\u0000\uffff",
    "9".repeat(400),
  ];

  it("of whatever text counts as never seen, and is logged", async () => {
    await withFolder(async (folder) => {
      const keys = texts.map(newAddress);
      await withAlgorithm(folder, "token-bucket", async (gateway) => {
        for (const ip of keys) expect(await countAdmitted(gateway, "/api", ip)).toBe(5);
      });
      expect(damageRows(folder, texts)).toBe(texts.length);
      await withAlgorithm(folder, "token-bucket", async (gateway) => {
        for (const ip of keys) expect(await countAdmitted(gateway, "/api", ip)).toBe(5);
        const lines = gateway.logs().filter((line) => !line.includes('"denied"'));
        expect(lines).toHaveLength(texts.length);
        for (const ip of keys) expect(lines.join("\n")).not.toContain(ip);
      });
    });
  });
});

describe.concurrent("a counter that no longer matters", () => {
  const policies = {
    short: { algorithm: "token-bucket", limit: 5, window: "1s", key: "ip" },
    long: { algorithm: "token-bucket", limit: 5, window: "1h", key: "ip" },
  };

  it("is deleted by an alarm, and one that matters is not", async () => {
    await withFolder(async (folder) => {
      await withGateway(folder, policies, async (gateway) => {
        await countAdmitted(gateway, "/long", newAddress(), 1);
        await Promise.all(
          Array.from({ length: 20 }, () => countAdmitted(gateway, "/short", newAddress(), 1)),
        );
      });
      expect(countRows(folder)).toBe(21);
      await untilTime(Date.now() + 2_000);
      expect(makeAlarmsDue(folder)).toBeGreaterThan(0);
      await withGateway(folder, policies, async () => {
        await until("the short counters' deletion", () => countRows(folder) === 1);
      });
      expect(countRows(folder)).toBe(1);
    });
  });
});
