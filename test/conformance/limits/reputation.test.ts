// What clients did is held against their address, and against nobody else's: suspects get their tier's limits, whoever goes
// on is banned, and whoever shows an accepted credential is neither.

import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin } from "../support/admin.ts";
import { newAddress, type Reply, send } from "../support/client.ts";
import { createCalls } from "../support/command-line.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

const { gateway, origin } = await startStand(
  {
    counters: { shards: 1 },
    policies: { calls: { algorithm: "sliding-window", limit: 1_000, window: "1h", key: "ip" } },
    tiers: { suspect: { calls: { limit: 2 } } },
    reputation: { mode: "enforce", traps: ["/.env", "/open/trap"] },
    routes: [{ path: "/open/*", policies: ["calls"], cors: { origins: ["https://app.example"] } }],
  },
  { vars: { ADMIN_TOKEN } },
);
const headgate = createCalls(gateway);

interface Shown {
  readonly mode: string;
  readonly items: readonly { readonly address: string; readonly points: { readonly traps: number } }[];
}

async function sendAll(
  count: number,
  path: string,
  options: Parameters<typeof send>[2],
): Promise<readonly Reply[]> {
  const replies: Reply[] = [];
  for (let sent = 0; sent < count; sent += 1) replies.push(await send(gateway, path, options));
  return replies;
}

const countStatus = (replies: readonly Reply[], status: number): number =>
  replies.filter((reply) => reply.status === status).length;

describe.concurrent("a client's reputation", () => {
  it("gives a scanner the limits of suspects within 60 requests, and others their own", async () => {
    const [ip, other] = [newAddress(), newAddress()];
    await sendAll(40, "/unknown", { ip });
    const replies = await sendAll(4, "/open/a", { ip });
    expect(countStatus(replies, 200)).toBe(2);
    expect(replies.at(-1)?.json()).toMatchObject({ code: "quota-exceeded", "violated-policies": ["calls"] });
    expect(countStatus(await sendAll(4, "/open/a", { ip: other }), 200)).toBe(4);
  });

  it("bans whoever goes into traps, which lead nowhere, and says until when", async () => {
    const ip = newAddress();
    const before = origin.requests("/open/trap").length;
    const trapped = await sendAll(6, "/open/trap", { ip });
    expect(countStatus(trapped, 404)).toBe(6);
    expect(origin.requests("/open/trap").length).toBe(before);
    const banned = await until("a ban", async () => {
      const reply = await send(gateway, "/open/a", { ip });
      return reply.status === 403 ? reply : undefined;
    });
    expect(banned.json()).toMatchObject({ code: "reputation-banned" });
    expect(Number(banned.field("Retry-After"))).toBeGreaterThan(500);
    expect(Number(banned.field("Retry-After"))).toBeLessThanOrEqual(600);
    const shown = await until("a suspect", async () => {
      const { mode, items } = (await askAdmin(gateway, "GET", "/suspects")).json() as unknown as Shown;
      expect(mode).toBe("enforce");
      return items.find(({ address }) => address === ip);
    });
    expect(shown).toMatchObject({ standing: "banned", isOfOtherSites: false });
    expect(shown.points.traps).toBeGreaterThan(99);
    const { out } = await headgate(["suspects"]);
    expect(out.split("\n").find((line) => line.startsWith(`${ip} `))).toMatch(
      /banned .*traps 1\d\d.* in \d+ min/,
    );
  });

  it("holds what another site's page made a browser ask for against such requests alone, and bans nobody for it", async () => {
    const ip = newAddress();
    const ofPage = { ip, fields: [["Sec-Fetch-Site", "cross-site"]] } as const;
    await sendAll(8, "/.env", ofPage);
    expect(countStatus(await sendAll(4, "/open/a", { ip }), 200)).toBe(4);
    expect(countStatus(await sendAll(4, "/open/a", ofPage), 429)).toBe(4);
    const named = [["Origin", "https://app.example"], ...ofPage.fields] as const;
    expect(countStatus(await sendAll(4, "/open/a", { ip, fields: named }), 200)).toBe(4);
  });

  it("counts an IPv6 network as one client", async () => {
    const network = `2001:db8:${Math.floor(Math.random() * 0xffff).toString(16)}:1:`;
    for (let at = 1; at <= 40; at += 1) await send(gateway, "/unknown", { ip: `${network}:${at}` });
    expect(countStatus(await sendAll(4, "/open/a", { ip: `${network}:99` }), 200)).toBe(2);
  });
});
