// `headgate suggest` over a day's log, and applied to a running gateway: as shadows, which refuse nobody.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin } from "../support/admin.ts";
import { send } from "../support/client.ts";
import { createCalls } from "../support/command-line.ts";
import { startStand } from "../support/stand.ts";

const folder = await mkdtemp(join(tmpdir(), "headgate-suggest-"));
afterAll(() => rm(folder, { recursive: true }));

const config = {
  policies: { client: { algorithm: "sliding-window-log", limit: 1_000, window: "1m", key: "ip" } },
  routes: [{ path: "/api/*", policies: ["client"] }, { path: "/*" }],
};
const { origin, gateway } = await startStand(config, { vars: { ADMIN_TOKEN } });
const headgate = createCalls(gateway);
const configPath = join(folder, "headgate.json");
await writeFile(configPath, JSON.stringify({ origin: origin.url, ...config }));

const START_MS = Date.UTC(2026, 10, 27);

/** So many clients who ask twice at once, each hour of a day, and one of whom asks 300 times. */
async function writeLog(name: string, clients: number, hours = 25): Promise<string> {
  const lines: string[] = [];
  for (let hour = 0; hour < hours; hour += 1)
    for (let client = 0; client < clients; client += 1) {
      const count = client === 0 ? 300 : 2;
      const time = new Date(START_MS + hour * 3_600_000 + client * 1_000).toISOString();
      const line = JSON.stringify({
        time,
        method: "GET",
        uri: "/api/a",
        remote_addr: `10.0.0.${client}`,
        status: 200,
      });
      lines.push(...Array.from({ length: count }, () => line));
    }
  const file = join(folder, name);
  await writeFile(file, lines.join("\n"));
  return file;
}

describe("headgate suggest", () => {
  it("says what keys use, and what its limit would have denied of it", async () => {
    const log = await writeLog("day.log", 60);
    const said = await headgate(["suggest", "--config", configPath, log]);
    expect(said.code).toBe(0);
    expect(said.out).toMatch(/client +- +1m +10450 +60 +2 +2 +300 +300 +5 +7375 of 1 keys/);
    expect(said.out).toContain("client: 1 keys use many times what all others do, and are left out");
  });

  it("suggests nothing from too little, and applies nothing", async () => {
    const log = await writeLog("few.log", 20);
    const said = await headgate(["suggest", "--config", configPath, "--apply", "--as", "shadow", log]);
    expect(said.out).toContain("too little known");
    expect(said.out).toContain("Nothing was applied.");
  });

  it("applies its limits as shadows alone", async () => {
    const log = await writeLog("again.log", 60);
    const refused = await headgate(["suggest", "--config", configPath, "--apply", "--as", "policy", log]);
    expect([refused.code, refused.err.includes("--as must be shadow")]).toEqual([2, true]);
    const said = await headgate(["suggest", "--config", configPath, "--apply", "--as", "shadow", log]);
    expect(said.out).toContain("Applied as shadows: client-suggested");
    const { config: active } = (await askAdmin(gateway, "GET", "/config")).json();
    expect(active).toMatchObject({
      policies: { client: { limit: 1_000 }, "client-suggested": { limit: 5, mode: "shadow" } },
      routes: [{ policies: ["client", "client-suggested"] }, {}],
    });
    for (let turn = 0; turn < 8; turn += 1) expect((await send(gateway, "/api/a")).status).toBe(200);
  });
});
