// A route's policies against real counter objects: all or nothing over several of them, and shadows that change nothing.

import { describe, expect, test } from "vitest";
import { type Asked, type Given, HOURLY, LimitsDesk, toDegraded } from "./limits-desk.ts";

/** As random as it must be, and the same in every run. */
function toAsked(index: number): Required<Omit<Asked, "units">> {
  return {
    ip: `192.0.2.${(index * 7) % 11}`,
    apiKey: `key-${(index * 5) % 6}`,
    user: `user-${(index * 3) % 13}`,
  };
}

describe("200 requests at once, each under several policies of several objects", () => {
  const toPolicies = (consistency: string): Given["policies"] => ({
    ip: { ...HOURLY, limit: 12, consistency },
    "api-key": { ...HOURLY, limit: 17, key: "header:x-api-key", consistency },
    user: { ...HOURLY, algorithm: "token-bucket", limit: 9, key: "query:user", consistency },
    everyone: { ...HOURLY, algorithm: "fixed-window", limit: 70, key: "host", consistency },
    shadow: { ...HOURLY, limit: 4, key: ["query:user", "header:x-api-key"], mode: "shadow" },
  });

  test.each(["exact", "auto"])(
    "leave every counter at the number that it admitted: %s",
    { timeout: 60_000 },
    async (consistency) => {
      const policies = toPolicies(consistency);
      const names = Object.keys(policies);
      const desk = new LimitsDesk({
        policies,
        routes: { "/api": { policies: names }, "/peek": { policies: names, cost: 0 } },
        shards: 8,
      });
      const requests = Array.from({ length: 200 }, (_, index) => toAsked(index));
      const answers = await Promise.all(requests.map((asked) => desk.ask("/api", asked)));
      await desk.settle();
      const admitted = requests.filter((_, index) => answers[index]?.answer.outcome === "allowed");
      expect(admitted.length).toBeGreaterThan(20);
      expect(admitted.length).toBeLessThanOrEqual(70);
      for (const asked of requests) {
        const { answer, shadows } = await desk.ask("/peek", asked);
        const left = Object.fromEntries(
          [...answer.verdicts, ...shadows].map(({ policy, remaining }) => [policy, remaining]),
        );
        const count = (isSame: (other: Asked) => boolean): number => admitted.filter(isSame).length;
        const ofBoth = count(({ user, apiKey }) => user === asked.user && apiKey === asked.apiKey);
        const free: Readonly<Record<string, number>> = {
          ip: 12 - count(({ ip }) => ip === asked.ip),
          "api-key": 17 - count(({ apiKey }) => apiKey === asked.apiKey),
          user: 9 - count(({ user }) => user === asked.user),
          everyone: 70 - admitted.length,
          shadow: Math.max(0, 4 - ofBoth),
        };
        if (consistency === "exact") expect(left).toEqual(free);
        // What is granted to isolates counts as used.
        for (const name of names) expect(left[name]).toBeLessThanOrEqual(free[name] ?? 0);
      }
    },
  );
});

async function peek(desk: LimitsDesk): Promise<Readonly<Record<string, number>>> {
  const { answer, shadows } = await desk.ask("/peek");
  return Object.fromEntries(
    [...answer.verdicts, ...shadows].map(({ policy, remaining }) => [policy, remaining]),
  );
}

describe("a shadow policy", () => {
  const given: Given = {
    policies: {
      p: { ...HOURLY, limit: 5 },
      shadow: { ...HOURLY, limit: 2, mode: "shadow" },
      "shadow-elsewhere": { ...HOURLY, limit: 2, mode: "shadow", key: "host" },
      "shadow-denying": { ...HOURLY, limit: 2, key: "header:x-api-key", onMissing: "deny", mode: "shadow" },
      denying: { ...HOURLY, limit: 2, key: "header:x-api-key", onMissing: "deny" },
    },
    routes: {
      "/api": { policies: ["shadow", "p", "shadow-elsewhere"] },
      "/peek": { policies: ["shadow", "p", "shadow-elsewhere"], cost: 0 },
      "/keyed-shadow": { policies: ["p", "shadow-denying"] },
      "/keyed": { policies: ["p", "denying"] },
    },
  };

  test("refuses nobody, and consumes nothing where it would have refused", async () => {
    const desk = new LimitsDesk(given);
    for (let time = 1; time <= 4; time += 1) {
      const { answer, shadows } = await desk.ask("/api");
      expect(answer.verdicts.map(({ policy }) => policy)).toEqual(["p"]);
      expect([answer.outcome, answer.violated]).toEqual(["allowed", []]);
      const outcome = time <= 2 ? "allowed" : "denied";
      expect(shadows.map((shadow) => [shadow.policy, shadow.outcome])).toEqual([
        ["shadow", outcome],
        ["shadow-elsewhere", outcome],
      ]);
    }
    await desk.settle();
    expect(await peek(desk)).toEqual({ p: 1, shadow: 0, "shadow-elsewhere": 0 });
  });

  test("consumes nothing of a request that another policy refuses", async () => {
    const desk = new LimitsDesk({ ...given, policies: { ...given.policies, p: { ...HOURLY, limit: 1 } } });
    for (let time = 0; time < 4; time += 1) await desk.ask("/api");
    await desk.settle();
    expect(await peek(desk)).toEqual({ p: 0, shadow: 1, "shadow-elsewhere": 1 });
  });

  test("does not refuse those who lack what it counts by either", async () => {
    const desk = new LimitsDesk(given);
    expect(await desk.refusal("/keyed-shadow")).toBeUndefined();
    expect(await desk.refusal("/keyed")).toBe("missing-key");
    expect(await desk.refusal("/keyed", { apiKey: "key" })).toBeUndefined();
  });

  test("does not refuse when its counter does not answer, whatever its onError says", async () => {
    const desk = new LimitsDesk({
      policies: {
        p: { ...HOURLY, limit: 5 },
        shadow: { ...HOURLY, limit: 2, mode: "shadow", onError: "closed", key: "host" },
      },
      routes: { "/api": { policies: ["p", "shadow"] } },
    });
    const [, object] = desk.objects("/api");
    await object?.script([{}, {}]);
    const { answer, rows } = await desk.ask("/api");
    expect([answer.outcome, toDegraded(rows)]).toEqual(["allowed", ["shadow"]]);
  });
});
