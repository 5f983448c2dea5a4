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
  const { rankMs, lengthMax, unitMs, answerMs } = rules;
  const line = new WaitingLine(rankMs);
  const living = new Map<number, Living>();
  const ended: Ended[] = [];
  const asked: number[] = [];
  const overtaken: (readonly [Waiter, Waiter])[] = [];
  const toOrder = ({ sinceMs, rank, id }: Waiter): number => (sinceMs + rank * rankMs) * 1e6 + id;
  let longest = 0;
  /** The counter has none before. */
  let unitAtMs = unitMs;
  let nowMs = 0;

  const end = (waiter: Living, outcome: Ended["outcome"]): void => {
    living.delete(waiter.id);
    ended.push({ waiter, outcome, atMs: nowMs });
  };
  const wake = (): void => {
    for (const id of line.toWake(nowMs)) {
      const woken = living.get(id);
      if (woken !== undefined) woken.nextMs = nowMs;
    }
  };
  const join = (waiter: Living): void => {
    const shed = line.enter(waiter, { nowMs, isFull: line.length >= lengthMax });
    const gone = shed === undefined ? undefined : living.get(shed);
    if (gone !== undefined) end(gone, "shed");
    longest = Math.max(longest, line.length);
  };
  const look = (waiter: Living): void => {
    const step = line.look(waiter.id, { nowMs, askMs: answerMs + 1 });
    if (step === "late") end(waiter, "late");
    else if (step === "gone") join(waiter);
    else if (step === "ask") {
      asked.push(nowMs);
      Object.assign(waiter, { answerMs: nowMs + answerMs, nextMs: Infinity });
    } else waiter.nextMs = nowMs + step;
    wake();
  };
  const answer = (waiter: Living): void => {
    waiter.answerMs = undefined;
    if (nowMs < unitAtMs) {
      line.deny(waiter.id, unitAtMs);
      waiter.nextMs = nowMs;
      return;
    }
    unitAtMs = nowMs + unitMs;
    const askedMs = nowMs - answerMs;
    for (const other of living.values()) {
      const isBefore = toOrder(other) < toOrder(waiter) && other.sinceMs < askedMs;
      if (isBefore && other.answerMs === undefined) overtaken.push([other, waiter]);
    }
    line.admit(waiter.id, 0);
    end(waiter, "admitted");
    wake();
  };

  const coming = arrivals.map((arrival, index) => ({ ...arrival, id: index + 1 }));
  const lastMs = Math.max(0, ...arrivals.map(({ atMs, patienceMs }) => atMs + patienceMs)) + 10_000;
  for (; nowMs <= lastMs; nowMs += 1) {
    for (const { atMs, rank, patienceMs, diesAfterMs = Infinity, leaves = false, id } of coming) {
      if (atMs !== nowMs) continue;
      const times = { sinceMs: nowMs, untilMs: nowMs + patienceMs, diesMs: nowMs + diesAfterMs, leaves };
      const waiter = { id, rank, ...times, nextMs: nowMs, answerMs: undefined };
      living.set(id, waiter);
      join(waiter);
      if (line.length === 1) line.deny(id, Math.max(nowMs, unitAtMs));
    }
    for (const waiter of living.values()) {
      if (waiter.diesMs > nowMs) continue;
      end(waiter, "died");
      if (waiter.leaves) line.leave(waiter.id);
      wake();
    }
    for (const waiter of living.values()) if (waiter.answerMs === nowMs) answer(waiter);
    for (let again = true; again;) {
      again = false;
      for (const waiter of living.values()) {
        if (waiter.nextMs > nowMs || waiter.answerMs !== undefined) continue;
        look(waiter);
        again = true;
      }
    }
  }
  return { ended, asked, lengthMax: longest, overtaken };
}
