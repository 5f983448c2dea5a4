// What the statistics answer in several parts is put together again, each count at its time.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { createApi } from "../../../src/cli/headgate/api.ts";
import { readUsage } from "../../../src/cli/headgate/usage-by-time.ts";

const MINUTE_MS = 60_000;
const NOW_MS = Date.UTC(2026, 10, 28, 12, 0, 30);
const asked: string[] = [];

/** Answers a count for each minute: its number since the epoch, modulo a thousand. */
const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? "/", "http://localhost");
  const [from, to] = ["from", "to"].map((name) => Number(searchParams.get(name)));
  asked.push(`${searchParams.get("step")} ${((to ?? 0) - (from ?? 0)) / MINUTE_MS}`);
  const counts: number[] = [];
  for (let atMs = from ?? 0; atMs < (to ?? 0); atMs += MINUTE_MS) counts.push((atMs / MINUTE_MS) % 1_000);
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ usage: [{ policy: "plan", consumer: "acme", counts }] }));
});
await new Promise<void>((resolve) => {
  server.listen(0, "127.0.0.1", resolve);
});
afterAll(() => server.close());

describe("readUsage()", () => {
  it("asks for so many whole minutes before now, in parts", async () => {
    const { port } = server.address() as AddressInfo;
    const api = createApi({ base: `http://127.0.0.1:${port}`, token: "token" }, 5_000);
    const usage = await readUsage(api, "minute", { points: 1_440, nowMs: NOW_MS });
    expect(asked).toEqual(["minute 480", "minute 480", "minute 480"]);
    expect(usage.times.at(-1)).toBe(Date.UTC(2026, 10, 28, 11, 59));
    expect(usage.series).toHaveLength(1);
    expect(usage.series[0]?.counts).toEqual(usage.times.map((atMs) => (atMs / MINUTE_MS) % 1_000));
  });
});
