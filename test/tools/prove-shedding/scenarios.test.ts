// `npm run prove:shedding`, small: the code that ships under twice the load that its origin bears, and what it must not do.

import { describe, expect, test } from "vitest";
import { judge, others, tuned } from "../../../tools/prove-shedding/scenarios.ts";

const SEED = 7;
const find = (name: string): (typeof tuned)[number] => {
  const found = [...tuned, ...others].find(({ scenario }) => scenario.name === name);
  if (found === undefined) throw new Error(`no scenario is called ${name}`);
  return found;
};

describe("judge()", () => {
  test.each(["2 x, exponential, 1", "2 x, exponential, 40", "2 x, lognormal, 200"])(
    "%s: answers in time, critical ones first, and nothing shed 15 s later",
    (name) => {
      expect(judge(find(name), SEED).broken).toEqual([]);
    },
  );

  test("without shedding the same load leaves hardly an answer in time", () => {
    const { scenario, ...rest } = find("2 x, exponential, 40");
    expect(
      judge({ ...rest, scenario: { ...scenario, isOff: true, seconds: 60, to: 60 } }, SEED).good,
    ).toBeLessThan(0.05);
  });

  test("slots that were lost are in use again 15 s after they are back", () => {
    expect(judge(find("two thirds are lost, and come back, 40"), SEED).broken).toEqual([]);
  });

  test("one client that floods does not shut the others out", () => {
    expect(judge(find("one client floods: 4 of 5 requests, 40"), SEED).broken).toEqual([]);
  });

  test("sheds nothing at 80 % of what the origin bears, nor once its object is lost", () => {
    const steady = find("80 %, an hour, exponential, 40");
    const short = { ...steady, scenario: { ...steady.scenario, seconds: 60, to: 60 } };
    expect(judge(short, SEED).shed).toBe(0);
    expect(judge(find("the object is lost, 40"), SEED).shed).toBe(0);
  });

  test("limits that follow what is let in do not make it swing", () => {
    expect(judge(find("limits that follow, 40"), SEED).broken).toEqual([]);
  });

  test("an origin that became slower, and is not overloaded, is left alone", () => {
    expect(judge(find("3 x slower, exponential, 40"), SEED).broken).toEqual([]);
  });

  test("a dry run refuses nobody", () => {
    const { scenario, ...rest } = find("2 x, exponential, 40");
    expect(judge({ ...rest, scenario: { ...scenario, isShadow: true } }, SEED).shed).toBe(0);
  });
});
