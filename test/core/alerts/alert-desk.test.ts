// All of alerting against a clock that is handed in: what is told, when, how often, and that a restart tells nothing twice.

import { describe, expect, it } from "vitest";
import { HOLD_MS, PAST_MAX, REPEAT_MS } from "../../../src/core/alerts/alert-book.ts";
import { NO_COUNTS } from "../../../src/core/alerts/alert-conditions.ts";
import type { AlertReport } from "../../../src/core/alerts/alert-messages.ts";
import type { AlertRule } from "../../../src/core/alerts/alert-settings.ts";
import { GROUP_MS, NOTICES_MAX } from "../../../src/core/alerts/mailbox.ts";
import { countTold, MINUTE, OPS, SECOND, Stand, statusesOf, TEAM, toCrossed } from "./alert-stand.ts";

describe.each([{ isRestarted: false }, { isRestarted: true }])(
  "a desk, restarted at every step: %j",
  (given) => {
    it("tells 1,000 keys that cross 80 % as exactly 1,000, in at most three messages, the first within 15 s", () => {
      const stand = new Stand(given);
      for (let at = 0; at < 20; at += 1) {
        stand.report({ crossed: Array.from({ length: 50 }, (_, key) => toCrossed(50 * at + key)) });
        stand.pass(SECOND);
      }
      stand.pass(2 * MINUTE);
      expect(countTold(stand.told)).toBe(1_000);
      expect(stand.told.length).toBeLessThanOrEqual(3);
      expect(stand.told[0]?.atMs).toBeLessThanOrEqual(15 * SECOND);
      expect(stand.told[0]?.notices).toHaveLength(NOTICES_MAX);
      expect(new Set(stand.told.flatMap(({ notices }) => notices.map(({ id }) => id))).size).toBe(
        2 * NOTICES_MAX,
      );
    });

    it("tells a crossing once however often it comes, and that it is over when the quota is whole again", () => {
      const stand = new Stand(given);
      for (let at = 0; at < 5; at += 1) {
        stand.report({ crossed: [toCrossed(1)] });
        stand.pass(MINUTE);
      }
      expect(statusesOf(stand.told)).toEqual(["firing quota-80"]);
      expect(stand.told[0]?.atMs).toBe(GROUP_MS);
      expect(stand.show().alerts).toMatchObject([{ state: "firing", sinceMs: 0 }]);
      stand.pass(3_600_000 + 5 * MINUTE);
      expect(statusesOf(stand.told)).toEqual(["firing quota-80", "resolved quota-80"]);
      expect(stand.show().alerts).toMatchObject([
        { condition: "quota-80", state: "resolved", sinceMs: 0, endedMs: 3_600_000 + 4 * MINUTE },
      ]);
    });

    it("shows the newest fifty that are over", () => {
      const stand = new Stand(given);
      for (let at = 0; at < PAST_MAX + 5; at += 1) {
        stand.report({ crossed: [toCrossed(at)] });
        stand.pass(SECOND);
      }
      stand.pass(3_600_000);
      const { alerts } = stand.show();
      expect(alerts).toHaveLength(PAST_MAX);
      expect(alerts[0]).toMatchObject({ state: "resolved", labels: { key: `key-${PAST_MAX + 4}` } });
    });

    it("sends the same message to a receiver that fails twice, and it is taken once", () => {
      const stand = new Stand(given);
      stand.fails = (_channel, tries) => tries <= 2;
      stand.report({ crossed: [toCrossed(1)] });
      stand.pass(10 * MINUTE);
      expect(stand.told.map(({ atMs }) => atMs)).toEqual([GROUP_MS + 10 * SECOND + MINUTE]);
      expect(stand.givenUp).toEqual([]);
    });

    it("tries for the last time ten minutes after the third", () => {
      const stand = new Stand(given);
      stand.fails = (_channel, tries) => tries <= 3;
      stand.report({ crossed: [toCrossed(1)] });
      stand.pass(15 * MINUTE);
      expect(stand.told.map(({ atMs }) => atMs)).toEqual([GROUP_MS + 10 * SECOND + 11 * MINUTE]);
    });

    it("gives a message up after the last try, ten minutes later, and says so", () => {
      const stand = new Stand(given);
      stand.fails = () => true;
      stand.report({ crossed: [toCrossed(1)] });
      stand.pass(15 * MINUTE);
      expect(stand.told).toEqual([]);
      expect(stand.givenUp).toEqual(["msg_1"]);
      expect(stand.show().channels).toEqual([
        { channel: "webhook OPS_WEBHOOK", waiting: 0, sent: 0, failed: 1 },
      ]);
    });

    it("tells of ten minutes of flapping twice at most: that it fires, and that it is over", () => {
      const stand = new Stand(given);
      for (let at = 0; at < 20; at += 1) {
        const isBad = at % 2 === 0;
        stand.report({ used: [{ pool: "graph", quota: "app", share: isBad ? 0.81 : 0.79 }] });
        stand.pass(30 * SECOND);
      }
      expect(stand.told).toHaveLength(1);
      stand.pass(20 * MINUTE);
      expect(statusesOf(stand.told)).toEqual(["firing upstream", "resolved upstream"]);
    });

    it("tells what still fires again after four hours", () => {
      const stand = new Stand(given);
      for (let minutes = 0; minutes <= REPEAT_MS / MINUTE + 1; minutes += 1) {
        stand.report({ used: [{ pool: "graph", quota: "app", share: 0.9 }] });
        stand.pass(MINUTE);
      }
      expect(statusesOf(stand.told)).toEqual(["firing upstream", "firing upstream"]);
    });
  },
);

describe("a share of requests", () => {
  const minute = (stand: Stand, counts: Partial<AlertReport["counts"]>): void => {
    for (let at = 0; at < 6; at += 1) {
      stand.report({ counts: { ...NO_COUNTS, requests: 100, ...counts } });
      stand.pass(10 * SECOND);
    }
  };

  it("is told when it was above 5 % and three times its usual for five minutes", () => {
    const stand = new Stand();
    for (let at = 0; at < 4; at += 1) minute(stand, { denied: 10 });
    expect(stand.told).toEqual([]);
    expect(stand.show().alerts).toMatchObject([{ condition: "denied", state: "pending" }]);
    for (let at = 0; at < 4; at += 1) minute(stand, { denied: 10 });
    expect(statusesOf(stand.told)).toEqual(["firing denied"]);
    expect(stand.told[0]?.notices[0]?.summary).toMatch(
      /^10 % of \d{4} requests in 5 minutes were rate limited/,
    );
    for (let at = 0; at < 15; at += 1) minute(stand, {});
    expect(statusesOf(stand.told)).toEqual(["firing denied", "resolved denied"]);
  });

  it("is not told where it is usual", () => {
    const stand = new Stand();
    for (let at = 0; at < 40; at += 1) minute(stand, { denied: 4 });
    expect(stand.told).toEqual([]);
    for (let at = 0; at < 12; at += 1) minute(stand, { denied: 6 });
    expect(stand.told).toEqual([]);
  });

  it("is not told of a few requests, nor when it was gone before its time", () => {
    const stand = new Stand();
    for (let at = 0; at < 10; at += 1) {
      stand.report({ counts: { ...NO_COUNTS, requests: 10, denied: 9 } });
      stand.pass(MINUTE);
    }
    for (let at = 0; at < 4; at += 1) minute(stand, { failed: 0, denied: 10 });
    for (let at = 0; at < 10; at += 1) minute(stand, {});
    expect(stand.told).toEqual([]);
    expect(stand.show().alerts).toEqual([]);
  });

  it.each([
    ["failing", { failed: 10 }],
    ["degraded", { degraded: 1 }],
    ["credentials", { credentials: 20 }],
  ])("is told of %s", (condition, counts) => {
    const stand = new Stand();
    for (let at = 0; at < 12; at += 1) minute(stand, counts);
    expect(statusesOf(stand.told)).toContain(`firing ${condition}`);
  });
});

describe("a breaker", () => {
  const open = [{ pool: "api", origin: "https://a.example.com" }];

  it("is told when it was open for two minutes", () => {
    const stand = new Stand();
    for (let at = 0; at < 14; at += 1) {
      stand.report({ open });
      stand.pass(10 * SECOND);
    }
    expect(statusesOf(stand.told)).toEqual(["firing breaker"]);
    stand.pass(2 * HOLD_MS);
    expect(statusesOf(stand.told)).toEqual(["firing breaker", "resolved breaker"]);
  });

  it("is not told when it closed again before", () => {
    const stand = new Stand();
    stand.report({ open });
    stand.pass(10 * MINUTE);
    expect(stand.told).toEqual([]);
  });
});

describe("silence", () => {
  const traffic = (stand: Stand, minutes: number, requests: number): void => {
    for (let at = 0; at < minutes; at += 1) {
      stand.report({ counts: { ...NO_COUNTS, requests } });
      stand.pass(MINUTE);
    }
  };

  it("is told after ten minutes where many requests are usual, lasts, and ends with the next one", () => {
    const stand = new Stand();
    traffic(stand, 55, 100);
    stand.pass(9 * MINUTE);
    expect(stand.told).toEqual([]);
    stand.pass(2 * MINUTE);
    expect(statusesOf(stand.told)).toEqual(["firing silence"]);
    expect(stand.told[0]?.notices[0]?.summary).toMatch(/^no request for 10 minutes, usually \d\d a minute$/);
    stand.pass(60 * MINUTE);
    expect(stand.told).toHaveLength(1);
    traffic(stand, 1, 1);
    stand.pass(MINUTE);
    expect(statusesOf(stand.told)).toEqual(["firing silence", "resolved silence"]);
  });

  it("is not told where few are usual, however busy a minute was", () => {
    const stand = new Stand();
    for (let hours = 0; hours < 48; hours += 1) {
      traffic(stand, 1, 200);
      stand.pass(59 * MINUTE);
    }
    expect(stand.told).toEqual([]);
  });
});

describe("channels", () => {
  it("get at most one message a minute", () => {
    const stand = new Stand();
    for (let at = 0; at < 30; at += 1) {
      stand.report({ crossed: [toCrossed(at)] });
      stand.pass(10 * SECOND);
    }
    stand.pass(2 * MINUTE);
    const times = stand.told.map(({ atMs }) => atMs);
    for (const [at, ms] of times.slice(1).entries())
      expect(ms - (times[at] ?? 0)).toBeGreaterThanOrEqual(MINUTE);
    expect(countTold(stand.told)).toBe(30);
  });

  it("get what their rules name, and one that fails holds no other up", () => {
    const stand = new Stand();
    stand.fails = (channel) => channel === "OPS_WEBHOOK";
    const rules = [
      { when: ["quota-80"], forMs: undefined, to: [OPS] },
      { when: ["quota-100"], forMs: undefined, to: [TEAM] },
    ] as const satisfies readonly AlertRule[];
    stand.report({ crossed: [toCrossed(1, 80), toCrossed(1, 100)] }, [...rules]);
    stand.pass(MINUTE);
    expect(stand.told.map(({ channel, notices }) => [channel, notices.length])).toEqual([["TEAM_SLACK", 1]]);
  });

  it("wait as long as their rule says", () => {
    const stand = new Stand();
    const rules: AlertRule[] = [{ when: ["upstream"], forMs: 10 * MINUTE, to: [OPS] }];
    for (let at = 0; at < 80; at += 1) {
      stand.report({ used: [{ pool: "graph", quota: "app", share: 1 }] }, rules);
      stand.pass(10 * SECOND);
    }
    expect(stand.told.map(({ atMs }) => atMs)).toEqual([10 * MINUTE + GROUP_MS]);
  });
});

describe("a quota that will not last", () => {
  it("says by which day it is gone, and by which minute where that is soon", () => {
    const stand = new Stand();
    stand.nowMs = Date.UTC(2026, 11, 11);
    stand.report({ crossed: [{ ...toCrossed(1), goneInMs: 10 * 86_400_000 }] });
    stand.report({ crossed: [{ ...toCrossed(2), goneInMs: 5_400_000 }, toCrossed(3)] });
    stand.pass(MINUTE);
    const summaries = stand.told.flatMap(({ notices }) => notices.map(({ summary }) => summary));
    expect(summaries).toEqual([
      "key key-1 has used 80 % of plan; at this pace it is gone by 2026-12-21",
      "key key-2 has used 80 % of plan; at this pace it is gone by 2026-12-11 01:30 UTC",
      "key key-3 has used 80 % of plan",
    ]);
  });
});
