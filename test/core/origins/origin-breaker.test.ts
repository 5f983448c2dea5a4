import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type BreakerSettings,
  type BreakerState,
  CLOSED,
  mayAsk,
  openUntil,
  recordAnswers,
  startAsking,
  toPhase,
} from "../../../src/core/origins/origin-breaker.ts";

const START_MS = 1_700_000_000_000;
const SETTINGS: BreakerSettings = {
  failuresMax: 3,
  badPercent: 50,
  answersMin: 10,
  windowMs: 10_000,
  openMs: 5_000,
  probes: 2,
};

/** A breaker as a gateway keeps it, with a clock in milliseconds from the start. */
class Desk {
  state: BreakerState = CLOSED;
  readonly settings: BreakerSettings;

  constructor(settings: Partial<BreakerSettings> = {}) {
    this.settings = { ...SETTINGS, ...settings };
  }

  /** The turn that it was asked in; undefined when nobody may ask. */
  ask(atMs: number): number | undefined {
    const nowMs = START_MS + atMs;
    if (!mayAsk(this.settings, this.state, nowMs)) return undefined;
    this.state = startAsking(this.settings, this.state, nowMs);
    return this.state.turn;
  }

  answer(turn: number | undefined, atMs: number, isBad: boolean): void {
    if (turn === undefined) return;
    const bad = isBad ? 1 : 0;
    const outcome = { nowMs: START_MS + atMs, turn, answers: 1, bad, failures: bad };
    this.state = recordAnswers(this.settings, this.state, outcome);
  }

  phase(atMs: number): string {
    return toPhase(this.state, START_MS + atMs);
  }
}

type Step = readonly [atMs: number, step: "good" | "bad" | "ask" | "none", phase: string];

describe("an origin's breaker", () => {
  test.each<{ readonly name: string; readonly steps: readonly Step[] }>([
    {
      name: "opens after failures in a row, and not before",
      steps: [
        [0, "bad", "closed"],
        [1, "bad", "closed"],
        [2, "bad", "open"],
        [3, "none", "open"],
      ],
    },
    {
      name: "counts failures in a row anew after a good answer",
      steps: [
        [0, "bad", "closed"],
        [1, "bad", "closed"],
        [2, "good", "closed"],
        [3, "bad", "closed"],
        [4, "bad", "closed"],
        [5, "bad", "open"],
      ],
    },
    {
      name: "opens at its share of bad answers, once there are enough",
      steps: [
        ...([0, 1, 2, 3] as const).flatMap((at): Step[] => [
          [at * 10, "bad", "closed"],
          [at * 10 + 1, "good", "closed"],
        ]),
        [50, "good", "closed"],
        [51, "bad", "open"],
      ],
    },
    {
      name: "forgets a window's answers with the window",
      steps: [
        ...([0, 1, 2, 3] as const).flatMap((at): Step[] => [
          [at * 10, "bad", "closed"],
          [at * 10 + 1, "good", "closed"],
        ]),
        [10_000, "good", "closed"],
        [10_001, "bad", "closed"],
      ],
    },
    {
      name: "lets its probes ask after openMs, and closes when all are good",
      steps: [
        [0, "bad", "closed"],
        [0, "bad", "closed"],
        [0, "bad", "open"],
        [4_999, "none", "open"],
        [5_000, "good", "half-open"],
        [5_001, "good", "closed"],
      ],
    },
    {
      name: "opens for another openMs when a probe is bad",
      steps: [
        [0, "bad", "closed"],
        [0, "bad", "closed"],
        [0, "bad", "open"],
        [5_000, "good", "half-open"],
        [5_100, "bad", "open"],
        [10_099, "none", "open"],
        [10_100, "good", "half-open"],
      ],
    },
    {
      name: "has no more probes out than it is told, and sends others when they never answer",
      steps: [
        [0, "bad", "closed"],
        [0, "bad", "closed"],
        [0, "bad", "open"],
        [5_000, "ask", "half-open"],
        [5_001, "ask", "half-open"],
        [5_002, "none", "half-open"],
        [9_999, "none", "half-open"],
        [10_000, "good", "half-open"],
        [10_001, "good", "closed"],
      ],
    },
    {
      name: "counts good probes however slowly they come",
      steps: [
        [0, "bad", "closed"],
        [0, "bad", "closed"],
        [0, "bad", "open"],
        [5_000, "good", "half-open"],
        [60_000, "good", "closed"],
      ],
    },
  ])("$name", ({ steps }) => {
    const desk = new Desk();
    for (const [atMs, step, phase] of steps) {
      const turn = desk.ask(atMs);
      expect([atMs, turn === undefined]).toEqual([atMs, step === "none"]);
      if (step === "good" || step === "bad") desk.answer(turn, atMs, step === "bad");
      expect([atMs, desk.phase(atMs)]).toEqual([atMs, phase]);
    }
  });

  test("is not moved by answers that were asked for before it opened, or before it closed", () => {
    const desk = new Desk();
    const early = desk.ask(0);
    for (let time = 0; time < 3; time += 1) desk.answer(desk.ask(1), 1, true);
    desk.answer(early, 5_000, false);
    expect(desk.phase(4_999)).toBe("open");
    const probe = desk.ask(5_001);
    desk.answer(early, 5_001, true);
    expect(desk.phase(5_001)).toBe("half-open");
    desk.answer(probe, 5_002, false);
    desk.answer(desk.ask(5_003), 5_003, false);
    expect(desk.phase(5_003)).toBe("closed");
    for (let time = 0; time < 3; time += 1) desk.answer(early, 5_004, true);
    expect(desk.phase(5_004)).toBe("closed");
  });

  test("says when it closed, which a breaker that never opened does not", () => {
    const desk = new Desk({ probes: 1, failuresMax: 1 });
    expect(desk.state.closedAtMs).toBe(-Infinity);
    desk.answer(desk.ask(0), 0, true);
    desk.answer(desk.ask(6_000), 6_200, false);
    expect(desk.state.closedAtMs).toBe(START_MS + 6_200);
  });

  test("openUntil() opens a closed one for so long and leaves an open one alone", () => {
    const opened = openUntil(CLOSED, START_MS + 700);
    expect([699, 700].map((atMs) => mayAsk(SETTINGS, opened, START_MS + atMs))).toEqual([false, true]);
    expect(openUntil(opened, START_MS + 9_000)).toBe(opened);
  });

  const settings = fc.record({
    failuresMax: fc.integer({ min: 1, max: 5 }),
    badPercent: fc.integer({ min: 1, max: 100 }),
    answersMin: fc.integer({ min: 1, max: 20 }),
    windowMs: fc.integer({ min: 1, max: 5_000 }),
    openMs: fc.integer({ min: 1, max: 5_000 }),
    probes: fc.integer({ min: 1, max: 5 }),
  });
  const events = fc.array(
    fc.record({ waitMs: fc.integer({ min: 0, max: 800 }), lastsMs: fc.nat(3_000), isBad: fc.boolean() }),
    { maxLength: 150 },
  );

  /** Plays requests whose answers come late, in the order of time; gives when each was sent and what it said. */
  function play(desk: Desk, list: readonly { waitMs: number; lastsMs: number; isBad: boolean }[]): number[] {
    const sentAtMs: number[] = [];
    const due: { atMs: number; turn: number; isBad: boolean }[] = [];
    let nowMs = 0;
    for (const { waitMs, lastsMs, isBad } of list) {
      nowMs += waitMs;
      due.sort((a, b) => a.atMs - b.atMs);
      while (due[0] !== undefined && due[0].atMs <= nowMs) {
        const [first] = due.splice(0, 1);
        if (first !== undefined) desk.answer(first.turn, first.atMs, first.isBad);
      }
      const turn = desk.ask(nowMs);
      if (turn === undefined) continue;
      sentAtMs.push(nowMs);
      due.push({ atMs: nowMs + lastsMs, turn, isBad });
    }
    return sentAtMs;
  }

  test("of an origin that always fails at once lets failuresMax ask, and then never more than the probes in openMs", () => {
    fc.assert(
      fc.property(settings, events, (given, list) => {
        const desk = new Desk(given);
        const dead = list.map(({ waitMs }) => ({ waitMs, lastsMs: 0, isBad: true }));
        const later = play(desk, dead).slice(given.failuresMax);
        for (const [at, atMs] of later.entries()) {
          const before = later[at - given.probes];
          if (before !== undefined) expect(atMs - before).toBeGreaterThanOrEqual(given.openMs);
        }
      }),
    );
  });

  test("of an origin that always answers well stays closed, whatever came before it recovered", () => {
    fc.assert(
      fc.property(settings, events, events, (given, before, after) => {
        const desk = new Desk(given);
        play(desk, before);
        let nowMs = 2_000_000;
        for (let time = 0; time < given.probes; time += 1) desk.answer(desk.ask(nowMs), nowMs, false);
        expect(desk.phase(nowMs)).toBe("closed");
        for (const { waitMs } of after) {
          nowMs += waitMs;
          const turn = desk.ask(nowMs);
          expect(turn).toBeDefined();
          desk.answer(turn, nowMs, false);
        }
      }),
    );
  });

  test("never has more probes on their way than it is told, and always asks again within openMs", () => {
    fc.assert(
      fc.property(settings, events, (given, list) => {
        const desk = new Desk(given);
        play(desk, list);
        const { isOpen, probesSent, untilMs } = desk.state;
        expect(probesSent).toBeLessThanOrEqual(given.probes);
        if (isOpen) expect(desk.ask(untilMs - START_MS)).toBeDefined();
      }),
    );
  });
});
