// What is played, and what is required of it. The controller was tuned while all of this was looked at: fresh.ts has what
// nobody has seen.

import { createRandom, type Law, laws } from "./laws.ts";
import { play, type Played, type Scenario } from "./simulate.ts";
import { DEADLINE_MS } from "./tally.ts";

const SLOTS = 20;
/** Answers a second: 20 slots, 50 ms each. */
const CAPACITY = 400;
export const JUMP = 40;
export const CALM_AGAIN = 80;

export interface Wanted {
  /** Answers in time, of those that were possible; and the same of critical requests. */
  readonly goodMin?: number;
  readonly criticalMin?: number;
  readonly shedMax?: number;
  /** Of the requests of those who do not flood. */
  readonly othersMin?: number;
  /** Nothing is shed from so many seconds after the jump has ended. */
  readonly recoveredIn?: number;
}

export interface Case {
  readonly scenario: Omit<Scenario, "seed">;
  readonly capacity: number;
  readonly wanted: Wanted;
}

export interface Outcome {
  readonly good: number;
  readonly critical: number;
  readonly shed: number;
  readonly others: number;
  readonly broken: readonly string[];
}

const COUNTS = [1, 40, 200] as const;
const jump =
  (usual: number, high: number) =>
  (second: number): number =>
    second < JUMP || second >= CALM_AGAIN ? usual : high;
const slots = (): number => SLOTS;
const from = JUMP + 5;
export const base = { seconds: 110, slots, from, to: CALM_AGAIN } as const;

function toTuned(isolates: number, law: keyof typeof laws): readonly Case[] {
  const own = { ...base, isolates, law: laws[law] };
  const name = (what: string): string => `${what}, ${law}, ${isolates}`;
  const steady = { ...own, rate: () => CAPACITY * 0.8, seconds: 3_600, from: 0, to: 3_600 };
  const slow = { ...own, rate: () => 100, slower: (second: number) => (second < JUMP ? 1 : 3), to: 110 };
  return [
    {
      scenario: { ...own, name: name("2 x"), rate: jump(200, 800) },
      capacity: CAPACITY,
      wanted: { goodMin: 0.85, criticalMin: 0.95, recoveredIn: 15 },
    },
    {
      // Critical requests alone are twice what the origin can answer: there is no more to win than goodput.
      scenario: { ...own, name: name("10 x"), rate: jump(200, 4_000) },
      capacity: CAPACITY,
      wanted: { goodMin: 0.85, recoveredIn: 15 },
    },
    { scenario: { ...steady, name: name("80 %, an hour") }, capacity: CAPACITY, wanted: { shedMax: 0 } },
    { scenario: { ...slow, name: name("3 x slower") }, capacity: CAPACITY, wanted: { shedMax: 0.15 } },
  ];
}

export const tuned: readonly Case[] = (["exponential", "20 or 320 ms", "lognormal"] as const).flatMap((law) =>
  COUNTS.flatMap((isolates) => toTuned(isolates, law)),
);

/** Of 2,000 clients. */
const LIMIT = { base: 24, min: 3 } as const;
const half = (second: number): number => (second < JUMP ? SLOTS : SLOTS / 2);
const third = (second: number): number =>
  second < JUMP || second >= CALM_AGAIN ? SLOTS : Math.round(SLOTS * 0.35);
const waves = (second: number): number =>
  second < JUMP ? 200 : 200 + 300 * (1 - Math.cos((second - JUMP) / 5));

function toOthers(isolates: number): readonly Case[] {
  const own = { ...base, isolates, law: laws.exponential };
  const name = (what: string): string => `${what}, ${isolates}`;
  const flood = { ...own, rate: jump(250, 1_250), flood: (second: number) => (jump(0, 1)(second) ? 0.8 : 0) };
  return [
    {
      scenario: { ...own, law: laws.constant, name: name("2 x, constant"), rate: jump(200, 800) },
      capacity: CAPACITY,
      wanted: { goodMin: 0.85, criticalMin: 0.95, recoveredIn: 15 },
    },
    {
      scenario: { ...flood, name: name("one client floods: 4 of 5 requests") },
      capacity: CAPACITY,
      wanted: { goodMin: 0.85, criticalMin: 0.95, othersMin: 0.7 },
    },
    {
      scenario: { ...own, name: name("half of the slots are lost"), rate: () => 300, slots: half, to: 110 },
      capacity: CAPACITY / 2,
      wanted: { goodMin: 0.8 },
    },
    {
      // A line of lost slots shows later than a jump in what is asked.
      scenario: {
        ...own,
        name: name("two thirds are lost, and come back"),
        rate: () => 280,
        slots: third,
        from: JUMP + 10,
      },
      capacity: CAPACITY * 0.35,
      wanted: { goodMin: 0.85, criticalMin: 0.95, recoveredIn: 15 },
    },
    {
      scenario: { ...own, name: name("the object starts anew"), rate: jump(200, 800), restartAt: 55 },
      capacity: CAPACITY,
      wanted: { goodMin: 0.75 },
    },
    {
      scenario: {
        ...own,
        name: name("the object is lost"),
        rate: jump(200, 800),
        lostFrom: 60,
        from: 75,
        to: 80,
      },
      capacity: CAPACITY,
      wanted: { shedMax: 0 },
    },
    {
      // The limits of all clients are twice what the origin can answer, and all of them want more.
      scenario: { ...own, name: name("limits that follow"), rate: jump(200, 1_200), limit: LIMIT },
      capacity: CAPACITY,
      wanted: { goodMin: 0.85 },
    },
    {
      scenario: { ...own, name: name("waves up to 2 x"), rate: waves, to: 110 },
      capacity: CAPACITY,
      wanted: { goodMin: 0.65 },
    },
  ];
}

export const others: readonly Case[] = COUNTS.flatMap(toOthers);

export function judge({ scenario, capacity, wanted }: Case, seed: number): Outcome {
  const played = play({ ...scenario, seed });
  const { offered, inTime, shed, bySecond } = played;
  const counted = bySecond.slice(scenario.from, scenario.to);
  const quick = toQuickShare(scenario.law);
  const possible = counted.reduce((sum, second) => sum + Math.min(second.offered, capacity), 0) * quick;
  const all = Math.max(1, sum(offered));
  const most = capacity * (scenario.to - scenario.from);
  const outcome = {
    good: sum(inTime) / Math.max(1, possible),
    critical: (inTime[0] ?? 0) / Math.max(1, Math.min(offered[0] ?? 0, most) * quick),
    shed: sum(shed) / all,
    others: played.others.inTime / Math.max(1, played.others.offered),
  };
  return { ...outcome, broken: findBroken(outcome, wanted, played) };
}

function findBroken(
  { good, critical, shed, others: served }: Omit<Outcome, "broken">,
  { goodMin = 0, criticalMin = 0, shedMax = 1, othersMin = 0, recoveredIn }: Wanted,
  { bySecond }: Played,
): readonly string[] {
  const after = recoveredIn === undefined ? [] : bySecond.slice(CALM_AGAIN + recoveredIn);
  return [
    ...(good < goodMin ? ["goodput"] : []),
    ...(critical < criticalMin ? ["critical"] : []),
    ...(shed > shedMax ? ["shed"] : []),
    ...(served < othersMin ? ["others"] : []),
    ...(sum(after.map((second) => second.shed)) > 0 ? ["not recovered"] : []),
  ];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** The share of requests that can be answered in time at all: an origin may take longer over some, without any line. */
function toQuickShare(law: Law): number {
  const random = createRandom(1);
  const times = Array.from({ length: 20_000 }, () => law(random));
  return times.filter((ms) => ms <= DEADLINE_MS).length / times.length;
}
