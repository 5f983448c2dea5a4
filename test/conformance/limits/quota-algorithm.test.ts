// A plan's quota: so many units a calendar day or month of a time zone, and what a client is told of it.

import { describe, expect, it } from "vitest";
import { newAddress, type Reply, send } from "../support/client.ts";
import { startStand } from "../support/stand.ts";
import { membersOf } from "../support/structured-fields.ts";

const LIMIT = 3;
const ZONES = ["UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati"];

const daily = Object.fromEntries(
  ZONES.map((timeZone, index) => [
    `day-${index}`,
    { algorithm: "quota", limit: LIMIT, period: "day", timeZone, key: "ip" },
  ]),
);
const { gateway } = await startStand({
  policies: {
    ...daily,
    monthly: {
      algorithm: "quota",
      limit: LIMIT,
      period: "month",
      timeZone: "Europe/Berlin",
      anchorDay: 15,
      key: "ip",
    },
    "per-second": { algorithm: "token-bucket", limit: 100, window: "1s", key: "ip" },
  },
  routes: [
    ...Object.keys(daily).map((name) => ({ path: `/${name}`, policies: [name] })),
    { path: "/monthly", policies: ["monthly", "per-second"] },
  ],
});

/** The date and the time of day at this moment, in a zone, as its people write them. */
function toLocal(seconds: number, timeZone: string): { readonly date: string; readonly time: string } {
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" })
    .format(seconds * 1_000)
    .split(" ");
  return { date: parts[0] ?? "", time: parts[1] ?? "" };
}

async function askTimes(path: string, times: number): Promise<readonly Reply[]> {
  const ip = newAddress();
  const replies: Reply[] = [];
  for (let time = 0; time < times; time += 1) replies.push(await send(gateway, path, { ip }));
  return replies;
}

describe("a quota per day", () => {
  it.each(ZONES.map((timeZone, index) => [timeZone, `/day-${index}`] as const))(
    "of %s ends at its midnight",
    async (timeZone, path) => {
      const replies = await askTimes(path, LIMIT + 1);
      expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
      expect(replies.map((reply) => reply.field("X-RateLimit-Remaining"))).toEqual(["2", "1", "0", "0"]);
      for (const reply of replies) {
        const reset = Number(reply.field("X-RateLimit-Reset"));
        // Whole seconds, rounded up: never before midnight.
        expect(toLocal(reset, timeZone).time).toMatch(/^00:00:0[01]$/);
        expect(toLocal(reset - 2, timeZone).date).toBe(toLocal(reply.sentAtMs / 1_000, timeZone).date);
        const [member] = membersOf(reply, "RateLimit");
        const left = reset - reply.answeredAtMs / 1_000;
        expect(Math.abs(Number(member?.parameters["t"]) - left)).toBeLessThan(3);
        expect(left).toBeLessThanOrEqual(25 * 3_600);
      }
      const denied = replies.at(-1);
      const admittedAt = (denied?.answeredAtMs ?? 0) / 1_000 + Number(denied?.field("Retry-After"));
      expect(Math.abs(admittedAt - Number(denied?.field("X-RateLimit-Reset")))).toBeLessThan(3);
    },
  );

  it("names no window: a day is not always as long", async () => {
    const [reply] = await askTimes("/day-0", 1);
    expect(reply?.field("RateLimit-Policy")).toBe(`"day-0";q=${LIMIT}`);
    expect(reply?.field("X-RateLimit-Limit")).toBe(String(LIMIT));
  });
});

describe("a quota per month", () => {
  it("ends at midnight of its day, beside a policy that keeps it from being used up at once", async () => {
    const replies = await askTimes("/monthly", LIMIT + 1);
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    const reset = Number(replies.at(-1)?.field("X-RateLimit-Reset"));
    const { date, time } = toLocal(reset, "Europe/Berlin");
    expect([date.slice(-2), time.slice(0, -1)]).toEqual(["15", "00:00:0"]);
    expect(replies.at(-1)?.json()["violated-policies"]).toEqual(["monthly"]);
    expect(Number(replies.at(-1)?.field("Retry-After"))).toBeLessThanOrEqual(31 * 86_400 + 3_600);
  });
});
