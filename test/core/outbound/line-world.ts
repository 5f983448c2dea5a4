// A world around a WaitingLine: arrivals, a counter that has a unit of quota every so often, and waiters that look when
// they were told to, when they are woken, or never again. Time is a number.

import { type Waiter, WaitingLine } from "../../../src/core/outbound/waiting-line.ts";

export interface Arrival {
  readonly atMs: number;
  readonly rank: number;
  readonly patienceMs: number;
  /** Its request ends so long after it came, and nobody is told, unless it leaves. */
  readonly diesAfterMs?: number;
  readonly leaves?: boolean;
}

export interface WorldRules {
  readonly rankMs: number;
  readonly lengthMax: number;
  /** A unit comes back every so often. */
  readonly unitMs: number;
  /** How long the counter takes to answer. */
  readonly answerMs: number;
}

export interface Ended {
  readonly waiter: Waiter;
  readonly outcome: "admitted" | "late" | "shed" | "died";
  readonly atMs: number;
}

export interface World {
  readonly ended: readonly Ended[];
  /** Times at which the counter was asked. */
  readonly asked: readonly number[];
  readonly lengthMax: number;
  /** Who waited when a later one of the order asked, and had not asked itself when that one was admitted. */
  readonly overtaken: readonly (readonly [Waiter, by: Waiter])[];
}

interface Living extends Waiter {
  readonly diesMs: number;
  readonly leaves: boolean;
  nextMs: number;
  /** When the counter answers it. */
  answerMs: number | undefined;
}

export function runWorld(arrivals: readonly Arrival[], rules: WorldRules): World {
  const world = new LineWorld(rules);
  const lastMs = Math.max(0, ...arrivals.map(({ atMs, patienceMs }) => atMs + patienceMs)) + 10_000;
  for (let nowMs = 0; nowMs <= lastMs; nowMs += 1) {
    for (const [index, arrival] of arrivals.entries())
      if (arrival.atMs === nowMs) world.arrive(index + 1, arrival, nowMs);
    world.pass(nowMs);
  }
  return world;
}

class LineWorld implements World {
  readonly ended: Ended[] = [];
  readonly asked: number[] = [];
  readonly overtaken: (readonly [Waiter, by: Waiter])[] = [];
  lengthMax = 0;
  readonly #rules: WorldRules;
  readonly #line: WaitingLine<Living>;
  readonly #living = new Map<number, Living>();
  /** The counter has none before. */
  #unitAtMs: number;

  constructor(rules: WorldRules) {
    this.#rules = rules;
    this.#line = new WaitingLine<Living>(rules.rankMs);
    this.#unitAtMs = rules.unitMs;
  }

  arrive(
    id: number,
    { rank, patienceMs, diesAfterMs = Infinity, leaves = false }: Arrival,
    nowMs: number,
  ): void {
    const times = { sinceMs: nowMs, untilMs: nowMs + patienceMs, diesMs: nowMs + diesAfterMs };
    const waiter = { id, rank, bodyBytes: 0, ...times, leaves, nextMs: nowMs, answerMs: undefined };
    this.#living.set(id, waiter);
    this.#join(waiter, nowMs);
    if (this.#line.length === 1) this.#line.deny(id, Math.max(nowMs, this.#unitAtMs));
  }

  /** What happens at this moment: those who leave, then answers, then those who look. */
  pass(nowMs: number): void {
    for (const waiter of this.#living.values()) {
      if (waiter.diesMs > nowMs) continue;
      this.#end(waiter, "died", nowMs);
      if (waiter.leaves) this.#line.leave(waiter.id);
      this.#wake(nowMs);
    }
    for (const waiter of this.#living.values()) if (waiter.answerMs === nowMs) this.#answer(waiter, nowMs);
    const findDue = (): Living | undefined =>
      [...this.#living.values()].find(({ nextMs, answerMs }) => nextMs <= nowMs && answerMs === undefined);
    for (let due = findDue(); due !== undefined; due = findDue()) this.#look(due, nowMs);
  }

  #look(waiter: Living, nowMs: number): void {
    const { answerMs } = this.#rules;
    const step = this.#line.look(waiter.id, { nowMs, askMs: answerMs + 1 });
    if (step === "late") this.#end(waiter, "late", nowMs);
    else if (step === "gone") this.#join(waiter, nowMs);
    else if (step === "ask") {
      this.asked.push(nowMs);
      Object.assign(waiter, { answerMs: nowMs + answerMs, nextMs: Infinity });
    } else Object.assign(waiter, { nextMs: nowMs + step });
    this.#wake(nowMs);
  }

  #answer(waiter: Living, nowMs: number): void {
    Object.assign(waiter, { answerMs: undefined, nextMs: nowMs });
    if (nowMs < this.#unitAtMs) {
      this.#line.deny(waiter.id, this.#unitAtMs);
      return;
    }
    this.#unitAtMs = nowMs + this.#rules.unitMs;
    const askedMs = nowMs - this.#rules.answerMs;
    for (const other of this.#living.values()) {
      const isBefore = this.#toOrder(other) < this.#toOrder(waiter) && other.sinceMs < askedMs;
      if (isBefore && other.answerMs === undefined) this.overtaken.push([other, waiter]);
    }
    this.#line.admit(waiter.id, 0);
    this.#end(waiter, "admitted", nowMs);
    this.#wake(nowMs);
  }

  #join(waiter: Living, nowMs: number): void {
    const isFull = this.#line.length >= this.#rules.lengthMax;
    const shed = this.#line.enter(waiter, { nowMs, isFull });
    if (shed !== undefined && this.#living.has(shed.id)) this.#end(shed, "shed", nowMs);
    this.lengthMax = Math.max(this.lengthMax, this.#line.length);
  }

  #wake(nowMs: number): void {
    for (const woken of this.#line.toWake(nowMs)) if (this.#living.has(woken.id)) woken.nextMs = nowMs;
  }

  #end(waiter: Living, outcome: Ended["outcome"], atMs: number): void {
    this.#living.delete(waiter.id);
    this.ended.push({ waiter, outcome, atMs });
  }

  #toOrder({ sinceMs, rank, id }: Waiter): number {
    return (sinceMs + rank * this.#rules.rankMs) * 1e6 + id;
  }
}
