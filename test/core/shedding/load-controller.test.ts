import { describe, expect, test } from "vitest";
import { LoadController } from "../../../src/core/shedding/load-controller.ts";
import type { LoadReport, LoadView } from "../../../src/core/shedding/load.ts";

const CALM = { asked: 200, answers: 200, flight: 10 };
/** Twice what 20 slots of 50 ms can do. */
const JUMP = { asked: 800, answers: 400, flight: 300 };

type Seen = typeof CALM & Partial<Pick<LoadReport, "bad" | "meant" | "letIn">>;

/** One isolate that reports every second. */
class Fleet {
  readonly #isShadow: boolean;
  #controller = new LoadController();
  #second = 0;
  #view: LoadView | undefined;

  constructor({ isShadow = false }: { readonly isShadow?: boolean } = {}) {
    this.#isShadow = isShadow;
  }

  restart(): void {
    this.#controller = new LoadController();
  }

  /** The last answer to so many reports; `bad`: how many answers were bad. */
  see({ asked, answers, flight, bad = 0, ...shared }: Seen, seconds = 1): LoadView {
    for (let left = seconds; left > 0; left -= 1) {
      const report: LoadReport = {
        isolate: "a",
        elapsedMs: 1_000,
        flightMs: flight * 1_000,
        arrivals: [asked / 5, (asked * 3) / 5, asked / 5],
        answers,
        bad,
        ...shared,
        top: [],
        known: this.#view,
        isShadow: this.#isShadow,
      };
      this.#view = this.#controller.add(report, this.#second * 1_000, 1_000);
      this.#second += 1;
    }
    return this.#view ?? { open: NaN, heavy: [], baseMs: NaN };
  }
}

/** How many of so many requests are let in, of which a fifth are critical and a fifth are in the background. */
function toLetIn(open: number, asked: number): number {
  const shares = [0.2, 0.6, 0.2];
  return asked * shares.reduce((sum, share, rank) => sum + share * Math.min(1, Math.max(0, open - rank)), 0);
}

describe("add()", () => {
  test("lets everybody in while answers take as long as usual, and knows how long that is", () => {
    expect(new Fleet().see(CALM, 10)).toEqual({ open: 3, heavy: [], baseMs: 50 });
  });

  test("sheds with the first step that shows a line, least of critical ones, and gives it time to go", () => {
    const fleet = new Fleet();
    fleet.see(CALM, 10);
    const { open } = fleet.see(JUMP);
    expect(open).toBeLessThan(1);
    // The line has gone, and what the origin can is let in: 392 of 800, of which 160 are critical and 480 are normal.
    const after = fleet.see({ asked: 800, answers: 400, flight: 22 }, 2).open;
    expect(after).toBeGreaterThan(1.4);
    expect(after).toBeLessThan(1.55);
  });

  test("is over three steps after less is asked than the origin can answer", () => {
    const fleet = new Fleet();
    fleet.see(CALM, 10);
    fleet.see(JUMP, 2);
    expect(fleet.see(CALM, 4).open).toBe(3);
  });

  test("believes no capacity of an origin whose slots are empty", () => {
    const fleet = new Fleet();
    fleet.see(CALM, 10);
    fleet.see(JUMP, 2);
    // What is let in is far less than it can: what it answers then is no measure of it.
    const { open } = fleet.see({ asked: 800, answers: 100, flight: 5 }, 2);
    expect(open).toBeGreaterThan(1.4);
  });

  test("nor of one whose line went within the step", () => {
    const fleet = new Fleet();
    fleet.see(CALM, 10);
    fleet.see(JUMP, 2);
    fleet.see({ asked: 800, answers: 236, flight: 60 });
    expect(fleet.see({ asked: 800, answers: 400, flight: 22 }, 3).open).toBeGreaterThan(1.45);
  });

  test("takes a shorter line for overload at once where far more is asked than a step before", () => {
    const line = { answers: 200, flight: 50 };
    const [jump, chance] = [new Fleet(), new Fleet()];
    for (const fleet of [jump, chance]) fleet.see(CALM, 10);
    expect(jump.see({ ...line, asked: 300 }).open).toBeLessThan(3);
    expect(chance.see({ ...line, asked: 210 }).open).toBe(3);
  });

  test("finds slots that came back within twelve seconds, as nothing that it tries makes a line", () => {
    const fleet = new Fleet();
    fleet.see(CALM, 10);
    let { open } = fleet.see({ asked: 300, answers: 120, flight: 150 });
    for (let left = 12; left > 0; left -= 1) {
      const answers = toLetIn(open, 300);
      open = fleet.see({ asked: 300, answers, flight: answers / 20 }).open;
    }
    expect(open).toBe(3);
  });

  test("takes back most of what it tried as soon as that makes a line", () => {
    const fleet = new Fleet();
    fleet.see(CALM, 10);
    fleet.see(JUMP, 2);
    const before = fleet.see({ asked: 800, answers: 400, flight: 36 }).open;
    const tried = fleet.see({ asked: 800, answers: 400, flight: 20 }, 9).open;
    expect(tried - before).toBeGreaterThan(0.1);
    expect(fleet.see({ asked: 800, answers: 400, flight: 40 }).open - before).toBeLessThan(0.04);
  });

  /** How many seconds it takes to know that an origin is slow, as it takes `toMs(second)` over each answer. */
  function countUntilSlow(fleet: Fleet, toMs: (second: number) => number): number {
    fleet.see(CALM, 10);
    let { open, baseMs } = fleet.see({ asked: 260, answers: 200, flight: 100 });
    let second = 0;
    for (; baseMs < 75 && second < 40; second += 1) {
      const answers = Math.round(toLetIn(open, 200));
      ({ open, baseMs } = fleet.see({ asked: 200, answers, flight: (answers * toMs(second)) / 1_000 }));
    }
    return second;
  }

  test("gives up where the pace stays though less is let in: the origin is slow", () => {
    const fleet = new Fleet();
    expect(countUntilSlow(fleet, () => 500)).toBeLessThan(12);
    expect(fleet.see({ asked: 200, answers: 200, flight: 100 }, 5)).toMatchObject({ open: 3 });
  });

  test("takes few answers in the second that shows a line for chance, unless they are far fewer", () => {
    const toOpen = (answers: number): number => {
      const fleet = new Fleet();
      fleet.see(CALM, 10);
      fleet.see(JUMP, 8);
      fleet.see({ asked: 800, answers: 400, flight: 20 }, 4);
      // A line, and then none, so that the share is what the origin is thought to be able to answer.
      fleet.see({ asked: 800, answers, flight: 45 }, 2);
      return fleet.see({ asked: 800, answers: 390, flight: 20 }).open;
    };
    const [usual, fewer, lost] = [400, 320, 200].map((answers) => toLetIn(toOpen(answers), 800));
    expect(fewer).toBeGreaterThan(0.9 * (usual ?? NaN));
    expect(lost).toBeLessThan(0.75 * (usual ?? NaN));
  });

  test("lets in the share that it means, though clients are let in as wholes", () => {
    const toShare = (letIn: number): number => {
      const fleet = new Fleet();
      fleet.see(CALM, 10);
      fleet.see(JUMP, 2);
      return fleet.see({ asked: 800, answers: 400, flight: 22, meant: 240, letIn }, 4).open - 1;
    };
    expect(toShare(216) / toShare(240)).toBeCloseTo(240 / 216, 1);
  });

  test("gives up as well where so little is let in that no slot could be wanting", () => {
    const fleet = new Fleet();
    fleet.see({ asked: 60, answers: 60, flight: 3 }, 20);
    expect(fleet.see({ asked: 80, answers: 60, flight: 24 }).open).toBeLessThan(3);
    // Few at a time, and each as late as before.
    fleet.see({ asked: 60, answers: 20, flight: 6 }, 3);
    fleet.see({ asked: 60, answers: 10, flight: 3 }, 8);
    expect(fleet.see({ asked: 60, answers: 60, flight: 20 }, 2).open).toBe(3);
  });

  test("takes half of a rise and half of a line for overload, and neither alone", () => {
    const toOpen = (asked: number, flight: number): number => {
      const fleet = new Fleet();
      fleet.see({ asked: 1_000, answers: 1_000, flight: 50 }, 10);
      return fleet.see({ asked, answers: 1_000, flight }).open;
    };
    expect(toOpen(1_240, 270)).toBeLessThan(3);
    expect([toOpen(1_000, 270), toOpen(1_240, 160)]).toEqual([3, 3]);
  });

  test("sheds where many answers say that it is too much, and learns that they always do", () => {
    const fleet = new Fleet();
    fleet.see(CALM, 10);
    expect(fleet.see({ ...CALM, bad: 100 }, 2).open).toBeLessThan(3);
    for (let answers = 180; answers > 20; answers -= 20)
      fleet.see({ asked: 200, answers, flight: 10, bad: answers / 2 });
    expect(fleet.see({ ...CALM, bad: 100 }, 3).open).toBe(3);
  });

  test("a new object goes on from what its isolates know", () => {
    const fleet = new Fleet();
    fleet.see(CALM, 10);
    fleet.see(JUMP);
    const before = fleet.see({ asked: 800, answers: 400, flight: 22 }, 3).open;
    fleet.restart();
    const after = fleet.see({ asked: 800, answers: 390, flight: 22 }, 3).open;
    expect(Math.abs(after - before)).toBeLessThan(0.1);
  });

  test("a dry run says what it would let in, and not what the line that stays would take away", () => {
    const fleet = new Fleet({ isShadow: true });
    fleet.see(CALM, 10);
    let flight = 300;
    for (let step = 0; step < 10; step += 1) fleet.see({ asked: 800, answers: 400, flight: (flight += 400) });
    const { open } = fleet.see({ asked: 800, answers: 400, flight: flight + 400 });
    expect(open).toBeGreaterThan(1.4);
    expect(open).toBeLessThan(1.55);
  });

  test("tells limits that follow it a share that falls slowly, goes on in a new object, and comes back", () => {
    const fleet = new Fleet();
    expect(fleet.see(CALM, 30).eased).toBeUndefined();
    const [, soon = 0] = fleet.see(JUMP, 6).eased ?? [];
    expect(soon).toBeGreaterThan(0.8);
    const [critical = 0, later = 1, background = 1] = fleet.see(JUMP, 14).eased ?? [];
    expect(critical).toBeGreaterThan(later);
    expect(later).toBeLessThan(soon);
    expect(background).toBeLessThan(later);
    fleet.restart();
    const [, known = 0] = fleet.see(JUMP).eased ?? [];
    expect(Math.abs(known - later)).toBeLessThan(0.1);
    expect(fleet.see(CALM, 150)).toMatchObject({ open: 3 });
    expect(fleet.see(CALM).eased).toBeUndefined();
  });
});
