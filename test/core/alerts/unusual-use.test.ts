// Consumers that take much more than usual, as a stats object tells of them once a minute: named, and never a storm.

import { describe, expect, it } from "vitest";
import { NAMED_MAX } from "../../../src/core/alerts/unusual-use.ts";
import { countTold, MINUTE, Stand, statusesOf } from "./alert-stand.ts";

const toUse = (consumer: string): Parameters<Stand["seeUnusual"]>[0][number] => ({
  policy: "calls",
  consumer,
  units: 912.4,
  usual: 39.6,
});
const toCrowd = (count: number): ReturnType<typeof toUse>[] =>
  Array.from({ length: count }, (_, at) => toUse(`consumer-${at}`));

/** So many minutes of the same. */
function tell(stand: Stand, minutes: number, use: ReturnType<typeof toCrowd>): void {
  for (let minute = 0; minute < minutes; minute += 1) {
    stand.seeUnusual(use);
    stand.pass(MINUTE);
  }
}

describe.each([{ isRestarted: false }, { isRestarted: true }])("unusual use, restarted: %j", (given) => {
  it("is told once it has lasted for five minutes, with what is usual, and that it is over", () => {
    const stand = new Stand(given);
    stand.report({});
    tell(stand, 5, [toUse("acme")]);
    expect(stand.told).toEqual([]);
    tell(stand, 2, [toUse("acme")]);
    expect(stand.told.flatMap(({ notices }) => notices)).toMatchObject([
      {
        condition: "unusual",
        labels: { policy: "calls", consumer: "acme" },
        summary: "acme took 912 of calls in a minute, usually 40 at this hour",
      },
    ]);
    stand.pass(10 * MINUTE);
    expect(statusesOf(stand.told)).toEqual(["firing unusual", "resolved unusual"]);
  });

  it("is not told of one busy minute, nor where no rule wants it", () => {
    const stand = new Stand(given);
    stand.report({});
    tell(stand, 1, [toUse("acme")]);
    stand.pass(20 * MINUTE);
    const deaf = new Stand(given);
    tell(deaf, 10, [toUse("acme")]);
    expect([stand.told, deaf.told]).toEqual([[], []]);
  });

  it("is one alert of a policy where more than ten take much at once, however long and whoever they are", () => {
    const stand = new Stand(given);
    stand.report({});
    for (let minute = 0; minute < 60; minute += 1) tell(stand, 1, toCrowd(1_000 - minute));
    expect(countTold(stand.told)).toBe(1);
    expect(stand.told[0]?.notices[0]).toMatchObject({
      labels: { policy: "calls" },
      summary: expect.stringMatching(/^99\d consumers take much more of calls than usual/) as string,
    });
    const few = new Stand(given);
    few.report({});
    tell(few, 7, toCrowd(NAMED_MAX));
    expect(countTold(few.told)).toBe(NAMED_MAX);
  });
});
