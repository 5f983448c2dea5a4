import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { judgeRequest, toSignals } from "../../../src/core/reputation/to-signals.ts";
import { toSettings } from "../../../tools/prove-reputation/fleet.ts";

const { points } = toSettings();
const quiet = { code: undefined, status: 200, isTrap: false, isKnown: false } as const;

describe("toSignals()", () => {
  it.each([
    ["an answer", quiet, "clean"],
    ["an origin's 404, by default", { ...quiet, status: 404 }, undefined],
    ["an origin's failure", { ...quiet, status: 502, code: "origin-unreachable" }, undefined],
    ["no route", { ...quiet, status: 404, code: "no-route" }, { faults: 1 }],
    ["a trap", { ...quiet, status: 404, code: "no-route", isTrap: true }, { traps: 20 }],
    ["a trap that is answered, in a dry run", { ...quiet, isTrap: true }, { traps: 20 }],
    ["a trap of a consumer", { ...quiet, isTrap: true, isKnown: true }, "clean"],
    ["a refused credential", { ...quiet, status: 401, code: "credential-invalid" }, { faults: 5 }],
    ["an expired credential", { ...quiet, status: 401, code: "credential-expired" }, undefined],
    ["a denial", { ...quiet, status: 429, code: "quota-exceeded" }, { denied: 1 }],
    ["a denied consumer", { ...quiet, status: 429, code: "quota-exceeded", isKnown: true }, undefined],
    ["a program, by default", { ...quiet, isBot: true }, "clean"],
    ["a broken path", { ...quiet, status: 400, code: "malformed-escape" }, { faults: 2 }],
  ] as const)("takes %s for what it is", (_, happened, expected) => {
    const signals = toSignals(happened, points);
    if (typeof expected === "object") expect(signals).toMatchObject(expected);
    else expect(signals).toBe(expected);
  });
});

describe("toSignals() where the platform's scores count", () => {
  const counting = { ...points, bot: 3 };

  it.each([
    ["an answer", { ...quiet, isBot: true }, { faults: 3 }],
    ["no route", { ...quiet, status: 404, code: "no-route", isBot: true }, { faults: 4 }],
    ["a denial", { ...quiet, status: 429, code: "quota-exceeded", isBot: true }, { denied: 1, faults: 3 }],
    [
      "an origin's failure",
      { ...quiet, status: 502, code: "origin-unreachable", isBot: true },
      { faults: 3 },
    ],
  ] as const)("adds a program's points to %s", (_, happened, expected) => {
    expect(toSignals(happened, counting)).toMatchObject(expected);
  });

  it("holds nothing against a consumer's program, or a person", () => {
    expect(toSignals({ ...quiet, isBot: true, isKnown: true }, counting)).toBe("clean");
    expect(toSignals({ ...quiet, isBot: false }, counting)).toBe("clean");
  });
});

describe("judgeRequest()", () => {
  const settings = { points: { ...points, bot: 3 }, botScoreBelow: 30 };
  const toBot =
    (score: number | undefined, isVerified = false) =>
    () => ({ score, isVerified, ja4: undefined });
  const unrouted = { ...quiet, status: 404, code: "no-route" } as const;

  it("gives a low score its points, and a verified bot none at all", () => {
    expect(judgeRequest(quiet, toBot(29), settings)).toMatchObject({ faults: 3 });
    expect(judgeRequest(quiet, toBot(30), settings)).toBe("clean");
    expect(judgeRequest(unrouted, toBot(undefined), settings)).toMatchObject({ faults: 1 });
    expect(judgeRequest(unrouted, toBot(1, true), settings)).toBeUndefined();
    expect(judgeRequest(quiet, toBot(1, true), settings)).toBe("clean");
  });

  it("reads nothing of bots for a request that went well, where no score has points", () => {
    const read = (): never => {
      throw new Error("was read");
    };
    expect(judgeRequest(quiet, read, { points, botScoreBelow: 30 })).toBe("clean");
  });
});

describe("reputationSchema", () => {
  const find = (reputation: unknown): readonly string[] => {
    const parsed = parseConfig({
      origin: "https://a.example.com",
      policies: {},
      routes: [{ path: "/a" }],
      reputation,
    });
    return parsed.ok ? [] : parsed.error.map(({ path }) => path);
  };

  it("refuses what cannot be meant", () => {
    expect(find({})).toEqual([]);
    expect(find({ suspect: 50, ban: 40 })).toEqual(["reputation.ban"]);
    expect(find({ key: "header:x-forwarded-for" })).toEqual(["reputation.key"]);
    expect(find({ traps: ["/a/*/b?c"] })).toEqual(["reputation.traps.0"]);
    expect(find({ signals: { noroute: 1 } })).toEqual(["reputation.signals.noroute"]);
  });
});
