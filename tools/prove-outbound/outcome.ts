// What a play came to, in numbers, and which of the promises it breaks. Pure.

import { type Call, PRIORITIES, type Priority } from "./clients.ts";
import type { Plan, Play } from "./play.ts";

export interface Outcome {
  readonly asked: number;
  readonly answered: number;
  /** Refusals by the stand-in, in the first window and after it. */
  readonly throttledFirst: number;
  readonly throttledLater: number;
  /** 400s that clients got to see. */
  readonly seen: number;
  /** Refused by the gateway, all with Retry-After. */
  readonly refused: number;
  /** No answer, or one that nobody should get. */
  readonly lost: number;
  /** Share of the budget that was used after the first window. */
  readonly used: number;
  readonly answeredShare: Readonly<Record<Priority, number>>;
  /** In milliseconds. Who was not answered has waited for as long as calls may, at least. */
  readonly waitMs: Readonly<Record<Priority, Waits>>;
  /** Calls at less than the budget that were not answered, and their longest wait. */
  readonly calmUnanswered: number;
  readonly calmWaitMs: number;
}

export interface Waits {
  readonly mean: number;
  readonly p95: number;
}

/** How much of what is promised must hold: all of it, unless the machine is shared and the windows are short. */
export interface Promised {
  readonly throttledLaterMax: number;
  readonly usedMin: number;
}

const isAnswered = ({ status }: Call): boolean => status === 200;
const isRefused = ({ status, hasRetryAfter }: Call): boolean => status === 503 && hasRetryAfter;

const of = (calls: readonly Call[], priority: Priority): readonly Call[] =>
  calls.filter((call) => call.priority === priority);

const byPriority = <Value>(read: (priority: Priority) => Value): Record<Priority, Value> =>
  Object.fromEntries(PRIORITIES.map((priority) => [priority, read(priority)])) as Record<Priority, Value>;

export function toOutcome({ windows, budget }: Plan, { storm, calm, first, last, end }: Play): Outcome {
  const answered = storm.filter(isAnswered);
  const throttled = ({ refused }: typeof first): number => refused.app + refused.user + refused.page;
  return {
    asked: storm.length,
    answered: answered.length,
    throttledFirst: throttled(first),
    throttledLater: throttled(end) - throttled(first),
    seen: storm.filter(({ status }) => status === 400).length,
    refused: storm.filter(isRefused).length,
    lost: storm.filter((call) => !isAnswered(call) && !isRefused(call) && call.status !== 400).length,
    used: (last.served - first.served) / (budget * (windows - 1)),
    answeredShare: byPriority((priority) => of(answered, priority).length / of(storm, priority).length),
    waitMs: byPriority((priority) => toWaits(of(storm, priority).map(toWaitMs))),
    calmUnanswered: calm.filter((call) => !isAnswered(call)).length,
    calmWaitMs: Math.max(0, ...calm.map(({ tookMs }) => tookMs)),
  };
}

/** In words, each promise that does not hold. */
export function findBroken(outcome: Outcome, { throttledLaterMax, usedMin }: Promised): readonly string[] {
  const { waitMs, answeredShare, throttledLater, used, seen, lost, calmUnanswered } = outcome;
  const checks: readonly (readonly [holds: boolean, promise: string])[] = [
    [
      throttledLater <= throttledLaterMax,
      `the stand-in has to throttle at most ${throttledLaterMax} calls after the first window`,
    ],
    [used >= usedMin, `at least ${usedMin * 100} % of the budget is used`],
    [waitMs.critical.mean < waitMs.background.mean, "critical calls wait less than background ones"],
    [waitMs.critical.mean < waitMs.normal.mean, "critical calls wait less than normal ones"],
    [answeredShare.critical === 1, "critical calls, which alone are within the budget, are all answered"],
    [calmUnanswered === 0, "all calls are answered while they are within the budget"],
    [seen === 0, "no client gets to see a throttle"],
    [lost === 0, "every call gets an answer, or a 503 with Retry-After"],
  ];
  return checks.filter(([holds]) => !holds).map(([, promise]) => promise);
}

/** As the configuration of the guide has it: those who wait in vain wait so long. */
const WAIT_MS_MAX = 20_000;

const toWaitMs = (call: Call): number =>
  isAnswered(call) ? call.tookMs : Math.max(call.tookMs, WAIT_MS_MAX);

function toWaits(waitsMs: readonly number[]): Waits {
  const sorted = waitsMs.toSorted((one, other) => one - other);
  const mean = sorted.reduce((sum, ms) => sum + ms, 0) / Math.max(1, sorted.length);
  return { mean, p95: sorted[Math.floor(sorted.length * 0.95)] ?? 0 };
}
