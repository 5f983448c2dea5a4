// A request for a higher limit as operators are told of it.

import { describe, expect, test } from "vitest";
import { MINUTE, OPS, SECOND, Stand } from "./alert-stand.ts";

const REQUESTED = { id: "r1", consumer: "acme", policy: "plan", limit: 5_000, reason: "a launch" };

describe.each([{ isRestarted: false }, { isRestarted: true }])("a request, restarted: %j", (given) => {
  test("is told at once, once, whatever the rule waits for, and is over after five minutes", () => {
    const stand = new Stand(given);
    stand.report({ requested: [REQUESTED] }, [{ when: ["limit-requested"], forMs: 10 * MINUTE, to: [OPS] }]);
    stand.pass(30 * SECOND);
    stand.report({ requested: [] });
    stand.pass(10 * MINUTE);
    const notices = stand.told.flatMap((message) => message.notices);
    expect(notices.map(({ status, condition }) => `${status} ${condition}`)).toEqual([
      "firing limit-requested",
      "resolved limit-requested",
    ]);
    expect(notices[0]).toMatchObject({
      labels: { request: "r1", consumer: "acme", policy: "plan" },
      summary: "acme asks for 5000 of plan: a launch",
    });
  });

  test("is told to rules that name it alone", () => {
    const stand = new Stand(given);
    stand.report({ requested: [REQUESTED] }, [{ when: ["breaker"], forMs: undefined, to: [OPS] }]);
    stand.pass(10 * MINUTE);
    expect(stand.told).toEqual([]);
  });
});
