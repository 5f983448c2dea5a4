// Quotas by the hour and the year, weeks from Sunday, and days that begin at another hour: when the client is told that
// its quota comes back is when a clock there shows the beginning of the next period.

import { describe, expect, it } from "vitest";
import { newAddress, type Reply, send } from "../support/client.ts";
import { startStand } from "../support/stand.ts";

const QUOTA = { algorithm: "quota", limit: 1, key: "ip" };

/** How a clock there looks when the next period begins: "2026-11-22 06:00:00". */
const PERIODS = {
  hour: [{ period: "hour", timeZone: "Asia/Kathmandu" }, /:00:00$/],
  year: [{ period: "year", timeZone: "Pacific/Auckland" }, /^\d{4}-01-01 00:00:00$/],
  morning: [{ period: "day", timeZone: "Asia/Tokyo", startHour: 6 }, / 06:00:00$/],
  sunday: [{ period: "week", timeZone: "UTC", weekStart: "sunday", startHour: 4 }, / 04:00:00$/],
} as const;

const { gateway } = await startStand({
  policies: Object.fromEntries(
    Object.entries(PERIODS).map(([name, [options]]) => [name, { ...QUOTA, ...options }]),
  ),
  routes: Object.keys(PERIODS).map((name) => ({ path: `/${name}`, policies: [name] })),
});

async function askTwice(path: string): Promise<readonly [Reply, Reply]> {
  const ip = newAddress();
  return [await send(gateway, path, { ip }), await send(gateway, path, { ip })];
}

describe.each(Object.entries(PERIODS))("a quota of a period: %s", (name, [{ timeZone }, shown]) => {
  it("admits its limit, and ends where the next one begins", async () => {
    const [first, second] = await askTwice(`/${name}`);
    expect([first.status, second.status]).toEqual([200, 429]);
    const reset = Number(second.field("X-RateLimit-Reset"));
    const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
    expect(format.format(reset * 1_000)).toMatch(shown);
    const retryAfter = Number(second.field("Retry-After"));
    expect(Math.abs(second.answeredAtMs / 1_000 + retryAfter - reset)).toBeLessThan(3);
  });
});

it("a week from Sunday ends on one", async () => {
  const [, denied] = await askTwice("/sunday");
  const reset = new Date(Number(denied.field("X-RateLimit-Reset")) * 1_000);
  expect(reset.getUTCDay()).toBe(0);
});
