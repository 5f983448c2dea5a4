// Plays one course of requests, refunds, leases, decisions of two steps and crashes against one counter object that is busy
// enough for its journal.

import { createRandom, toGapMs } from "../simulate-leases/random.ts";
import { Desk, START_MS } from "./desk.ts";

export interface Course {
  readonly seconds: number;
  readonly crashMs: number;
}

export interface Played {
  /** Units too many that were let through or forgotten by a crash, of all keys and policies. */
  readonly over: number;
  readonly crashes: number;
  readonly requests: number;
  readonly denied: number;
  readonly slotWrites: number;
  readonly rowWrites: number;
}

export function play(seed: number, { seconds, crashMs }: Course): Played {
  const random = createRandom(seed);
  const isPlain = random() < 0.5;
  const desk = new Desk(random, isPlain);
  const weather = toWeather(desk, { random, seconds, isPlain });
  const { perMs, endMs, toKey } = weather;
  let nowMs = START_MS;
  let crashAtMs = START_MS + toGapMs(random, 1 / crashMs);
  let sweepAtMs = START_MS + 7_000;
  let crashes = 0;
  let forgotten = 0;
  let requests = 0;
  while (nowMs < endMs) {
    nowMs += Math.floor(toGapMs(random, perMs) + random());
    // An object that is busy elsewhere is late.
    if (desk.wakeMs !== undefined && nowMs >= desk.wakeMs + Math.floor(random() * 3) * 20) desk.tick(nowMs);
    desk.store(nowMs);
    if (nowMs >= crashAtMs) {
      crashes += 1;
      // Mostly it is back at once, sometimes later.
      if (random() < 0.2) nowMs += Math.floor(random() * 3_000);
      desk.crash(nowMs);
      if (weather.isExact && random() < 0.5) forgotten += desk.toForgotten(nowMs);
      crashAtMs = nowMs + toGapMs(random, 1 / crashMs);
    }
    if (nowMs >= sweepAtMs) {
      desk.memory.sweep(nowMs);
      sweepAtMs = nowMs + 7_000;
    }
    requests += 1;
    desk.request(toKey(), nowMs);
    if (weather.isExact && random() < 0.002) forgotten += desk.toForgotten(nowMs);
    if (random() < weather.settled) desk.settle(nowMs);
  }
  const { slotWrites, rowWrites } = desk.memory;
  return { over: desk.toOver() + forgotten, crashes, requests, denied: desk.denied, slotWrites, rowWrites };
}

interface Weather {
  readonly perMs: number;
  readonly endMs: number;
  /** The share of requests after which a decision is settled. */
  readonly settled: number;
  /** Whether all that was let through is charged as it was, so that what is left can be told. */
  readonly isExact: boolean;
  readonly toKey: () => string;
}

function toWeather(
  desk: Desk,
  {
    random,
    seconds,
    isPlain,
  }: { readonly random: () => number; readonly seconds: number; readonly isPlain: boolean },
): Weather {
  // What is given back, or charged beyond a limit, leaves room that would hide a unit too many: not in every course.
  const settled = !isPlain && random() < 0.3 ? 0.1 : 0;
  const keys = 3 + Math.floor(random() * 60);
  const lengthMs = seconds * (isPlain ? 3_000 : 1_000);
  const limit = desk.policies[0]?.limit ?? 0;
  // So that every key comes to its limit: what is leased costs 1.
  const share = desk.isLeasing ? 1.5 : 0.3;
  const perMs = isPlain ? (share * keys * limit) / lengthMs : (5 + random() ** 2 * 300) / 1_000;
  const isExact = settled === 0;
  const toKey = (): string => `k${Math.floor(random() ** (isPlain ? 1 : 2) * keys)}`;
  return { perMs, endMs: START_MS + lengthMs, settled, isExact, toKey };
}
