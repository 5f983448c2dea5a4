import { describe, expect, test } from "vitest";
import { MemberStates } from "../../../src/core/origins/member-states.ts";
import { toPool } from "./pools.ts";

const START_MS = 1_700_000_000_000;
const [A, B] = ["https://a.example", "https://b.example"] as const;
const pool = toPool({ members: [A, B], breaker: { failures: 2, open: "5s", probes: 1 } });

/** A pool's states with a clock in milliseconds from the start, and the changes that it told. */
function toDesk() {
  const changes: string[] = [];
  const states = new MemberStates(pool, (url, state) => changes.push(`${url} ${state}`));
  return {
    states,
    changes,
    choose: (atMs: number, point = 0) =>
      states.choose({ nowMs: START_MS + atMs, point, keyHash: undefined, tried: [], mayProbe: true }),
    answer: (at: number, atMs: number, isBad: boolean) => {
      states.record(states.startAsking(at, START_MS + atMs), { isBad, nowMs: START_MS + atMs });
    },
    learn: (atMs: number, openForMs: number, isDown = false, upForMs: number | null = null) => {
      states.learn([{ url: A, openForMs, isDown, upForMs }], START_MS + atMs);
    },
    shown: (atMs: number) => states.show(START_MS + atMs).map(({ state }) => state),
  };
}

describe("MemberStates", () => {
  test("leaves a member alone that fails, tells so once, and takes it back after its probe", () => {
    const desk = toDesk();
    desk.answer(0, 0, true);
    desk.answer(0, 1, true);
    expect([desk.choose(2), desk.choose(2, 0.99), ...desk.shown(2)]).toEqual([1, 1, "open", "closed"]);
    expect(desk.choose(5_001)).toBe(0);
    desk.answer(0, 5_001, false);
    expect(desk.shown(5_001)).toEqual(["closed", "closed"]);
    expect(desk.changes).toEqual([`${A} open`, `${A} closed`]);
  });

  test("knows whether a member is late while another one answers well", () => {
    const desk = toDesk();
    desk.answer(1, 10, false);
    const isLateAlone = (atMs: number): boolean => desk.states.isLateAlone(0, START_MS + atMs);
    expect([isLateAlone(5), isLateAlone(11)]).toEqual([true, false]);
    desk.answer(0, 12, false);
    expect(isLateAlone(5)).toBe(false);
  });

  test("reports what was seen since the last report", () => {
    const desk = toDesk();
    desk.answer(0, 0, true);
    desk.answer(0, 0, false);
    expect(desk.states.takeReports()).toEqual([{ url: A, answers: 2, bad: 1, failures: 0 }]);
    for (const isBad of [true, false, true, true]) desk.answer(1, 10, isBad);
    expect(desk.states.takeReports()).toEqual([{ url: B, answers: 4, bad: 3, failures: 2 }]);
    expect(desk.states.takeReports()).toEqual([]);
  });

  test("opens what others opened, for as long as is left, and then sends a probe and no more", () => {
    const desk = toDesk();
    desk.learn(0, 800);
    expect([desk.choose(799), desk.choose(800)]).toEqual([1, 0]);
    desk.states.startAsking(0, START_MS + 800);
    expect(desk.choose(801)).toBe(1);
  });

  test("does not open what answers well here, and does once it no longer does", () => {
    const desk = toDesk();
    desk.answer(0, 900, false);
    desk.answer(0, 1_000, true);
    desk.learn(1_899, 3_000);
    expect(desk.shown(1_899)).toEqual(["closed", "closed"]);
    desk.learn(1_900, 3_000);
    expect(desk.shown(1_900)).toEqual(["open", "closed"]);
  });

  test("obeys active checks, while what they said is known", () => {
    const desk = toDesk();
    desk.learn(0, 0, true);
    expect([desk.choose(0), ...desk.shown(0)]).toEqual([1, "down", "closed"]);
    expect([desk.choose(30_000), desk.choose(30_001)]).toEqual([1, 0]);
    desk.learn(31_000, 0, true);
    desk.learn(32_000, 0, false, 0);
    expect(desk.changes).toEqual([`${A} down`, `${A} up`, `${A} down`, `${A} up`]);
    // It came back just now: a tenth of its share.
    expect([desk.choose(32_000, 0.08), desk.choose(32_000, 0.1)]).toEqual([0, 1]);
  });

  test("leaves one path alone that fails, tells how many, and asks for the others", () => {
    const desk = toDesk();
    const { states } = desk;
    const nowMs = START_MS;
    const answerPath = (path: number, isBad: boolean): void => {
      states.record(states.startAsking(0, nowMs, path), { isBad, nowMs, path });
    };
    const choosePath = (path?: number): number | undefined =>
      states.choose({ nowMs, point: 0, keyHash: undefined, path, tried: [], mayProbe: true });
    answerPath(1, true);
    answerPath(1, true);
    expect([choosePath(1), choosePath(2), choosePath()]).toEqual([1, 0, 1]);
    expect(states.show(nowMs)[0]).toEqual({ url: A, state: "open", paths: 1 });
    answerPath(2, false);
    expect(states.takeReports()[0]?.paths).toEqual({ run: [], bad: [1], good: [2] });
    // The second path in a row: two failures are what this breaker takes.
    answerPath(3, true);
    expect([choosePath(2), choosePath(3)]).toEqual([0, 1]);
    answerPath(4, true);
    expect([choosePath(2), states.show(nowMs)[0]?.paths]).toEqual([1, undefined]);
    expect(desk.changes).toEqual([`${A} open`, `${A} open`]);
  });

  test("takes over which paths others leave alone", () => {
    const { states } = toDesk();
    states.learn([{ url: A, openForMs: 800, isDown: false, upForMs: null, paths: [7] }], START_MS);
    const chosen = [7, 8].map((path) =>
      states.choose({ nowMs: START_MS, point: 0, keyHash: undefined, path, tried: [], mayProbe: true }),
    );
    expect(chosen).toEqual([1, 0]);
  });

  test("says how long it will be until somebody may be asked", () => {
    const desk = toDesk();
    for (const at of [0, 1, 0, 1]) desk.answer(at, at * 400, true);
    expect(desk.choose(500)).toBeUndefined();
    expect(desk.states.waitMs(START_MS + 500)).toBe(4_500);
  });
});
