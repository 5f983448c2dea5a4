// Scenarios that nobody has looked at: laws of service time, slots, instances, loads and what happens, all by chance from a
// seed. The controller must not be tuned on them: who changes it takes other seeds for the next time.

import { createRandom, type Law, MEAN_MS } from "./laws.ts";
import { base, CALM_AGAIN, type Case, JUMP } from "./scenarios.ts";

type Random = () => number;

/** What is lost of an origin is seen by its line alone: that takes longer than a jump in what is asked. */
const LOSS_SETTLED = JUMP + 10;
const STEADY_SECONDS = 600;

export function toFresh(seed: number): Case {
  const random = createRandom(seed);
  const { name: lawName, law } = pickLaw(random);
  const slots = Math.round(between(random, 8, 60));
  const isolates = Math.round(Math.exp(between(random, 0, Math.log(300))));
  const capacity = (slots * 1_000) / MEAN_MS;
  const kind = pick(random, ["jump", "jump", "ramp", "loss", "slower", "steady"] as const);
  const own = { ...base, slots: () => slots, law, isolates };
  const name = (what: string): string => `${what}, ${lawName}, ${slots} slots, ${isolates}`;
  const usual = between(random, 0.3, 0.7) * capacity;
  const times = Math.exp(between(random, Math.log(1.3), Math.log(10)));
  // Where critical requests alone are more than the origin can answer there is no more to win than goodput.
  const wanted = { goodMin: 0.85, recoveredIn: 15, ...(times * 0.2 < 0.8 ? { criticalMin: 0.95 } : {}) };
  const jump = (second: number): number => (isHigh(second) ? times * capacity : usual);
  const ramp = (second: number): number =>
    isHigh(second) ? usual + (times * capacity - usual) * Math.min(1, (second - JUMP) / 10) : usual;
  const left = Math.max(2, Math.round(slots * between(random, 0.3, 0.6)));
  const slower = between(random, 2, 6);
  const share = between(random, 0.5, 0.8);
  const cases: Readonly<Record<typeof kind, () => Case>> = {
    jump: () => ({
      scenario: { ...own, rate: jump, name: name(`${times.toFixed(1)} x`) },
      capacity,
      wanted,
    }),
    ramp: () => ({
      scenario: { ...own, rate: ramp, name: name(`up to ${times.toFixed(1)} x in 10 s`) },
      capacity,
      wanted,
    }),
    loss: () => ({
      scenario: {
        ...own,
        rate: () => 0.7 * capacity,
        slots: (second) => (isHigh(second) ? left : slots),
        from: LOSS_SETTLED,
        name: name(`${left} slots left`),
      },
      capacity: (left * 1_000) / MEAN_MS,
      wanted: { goodMin: 0.85, criticalMin: 0.95, recoveredIn: 15 },
    }),
    slower: () => ({
      scenario: {
        ...own,
        rate: () => (0.7 * capacity) / slower,
        slower: (second) => (second < JUMP ? 1 : slower),
        to: base.seconds,
        name: name(`${slower.toFixed(1)} x slower`),
      },
      capacity,
      wanted: { shedMax: 0.15 },
    }),
    steady: () => ({
      scenario: {
        ...own,
        rate: () => share * capacity,
        seconds: STEADY_SECONDS,
        from: 0,
        to: STEADY_SECONDS,
        name: name(`${(share * 100).toFixed(0)} % for 10 minutes`),
      },
      capacity,
      wanted: { shedMax: 0 },
    }),
  };
  return cases[kind]();
}

const isHigh = (second: number): boolean => second >= JUMP && second < CALM_AGAIN;

function pickLaw(random: Random): { readonly name: string; readonly law: Law } {
  const kind = pick(random, [
    "constant",
    "uniform",
    "Erlang",
    "exponential",
    "lognormal",
    "two times",
  ] as const);
  const sigma = between(random, 0.3, 1.2);
  const often = between(random, 0.7, 0.95);
  const quick = between(random, 0.3, 0.8) * MEAN_MS;
  const slow = (MEAN_MS - often * quick) / (1 - often);
  const laws: Readonly<Record<typeof kind, { readonly name: string; readonly law: Law }>> = {
    constant: { name: "constant", law: () => MEAN_MS },
    uniform: { name: "uniform", law: (chance) => 2 * MEAN_MS * chance() },
    Erlang: { name: "Erlang 2", law: (chance) => (exponential(chance) + exponential(chance)) / 2 },
    exponential: { name: "exponential", law: exponential },
    lognormal: { name: `lognormal ${sigma.toFixed(1)}`, law: (chance) => lognormal(chance, sigma) },
    "two times": {
      name: `${quick.toFixed(0)} or ${slow.toFixed(0)} ms`,
      law: (chance) => (chance() < often ? quick : slow),
    },
  };
  return laws[kind];
}

const exponential: Law = (random) => -Math.log(1 - random()) * MEAN_MS;

function lognormal(random: Random, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return MEAN_MS * Math.exp(sigma * normal - (sigma * sigma) / 2);
}

const between = (random: Random, from: number, to: number): number => from + random() * (to - from);

function pick<const T>(random: Random, from: readonly [T, ...T[]]): T {
  return from[Math.floor(random() * from.length)] ?? from[0];
}
