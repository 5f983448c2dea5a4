// Isolates that use one budget of a model origin, in simulated time: callers that never have enough, answers that arrive
// late and out of order, and a feedback object between them.

import type { FeedbackScope } from "../../../src/core/feedback/feedback-states.ts";
import { FeedbackStates } from "../../../src/core/feedback/feedback-states.ts";
import { SharedFeedback } from "../../../src/core/feedback/shared-feedback.ts";
import { EventQueue } from "../../../tools/simulate-leases/event-queue.ts";
import { createRandom } from "../../../tools/simulate-leases/random.ts";
import type { ModelOrigin } from "./model-origins.ts";

export interface World {
  readonly origin: ModelOrigin;
  readonly scope: FeedbackScope;
  readonly isolates: number;
  /** Calls per second that callers want, of all isolates. */
  readonly demandPerSecond: number;
  readonly forMs: number;
  readonly latencyMsMax: number;
  /** What the gateway's own policy admits in a window, exactly and for all isolates together. */
  readonly policyLimit: number;
  readonly policyWindowMs: number;
  /** Calls per second that somebody else makes with the same budget. */
  readonly othersPerSecond?: number;
  /** false: nobody listens to what the origin says. */
  readonly isHeard?: boolean;
  readonly seed: number;
}

export interface Call {
  readonly sentMs: number;
  readonly isServed: boolean;
  /** Calls on their way when this one was sent, this one included. */
  readonly inFlight: number;
}

const START_MS = 1_700_000_000_000;
const EXCHANGE_MS = 500;
const ASK_AGAIN_MS = 250;
const QUEUE_MAX = 1_000;

export function play(world: World): readonly Call[] {
  const { origin, scope, forMs, latencyMsMax, seed } = world;
  const random = createRandom(seed);
  const events = new EventQueue();
  const shared = new SharedFeedback();
  const calls: Call[] = [];
  const endMs = START_MS + forMs;
  const keys = new Map([["graph-app", "all"]]);
  const toDelayMs = (): number => 1 + random() * latencyMsMax;
  let inFlight = 0;
  let admittedMs: number[] = [];
  /** How long the policy makes a call wait. */
  const toPolicyWaitMs = (atMs: number): number => {
    const { policyWindowMs: windowMs } = world;
    admittedMs = admittedMs.filter((ms) => ms > atMs - windowMs);
    if (admittedMs.length < world.policyLimit) return 0;
    return (admittedMs.at(-world.policyLimit) ?? atMs) + windowMs - atMs + 1;
  };

  const open = (name: string): void => {
    const states = new FeedbackStates([scope]);
    const clockAheadMs = Math.floor(random() * 10_000);
    let waiting = 0;
    let isAsking = false;
    const toNow = (atMs: number): number => Math.floor(atMs + clockAheadMs);
    const exchange = (atMs: number, claims = states.toClaims(keys, toNow(atMs))): void => {
      const report = states.takeReport(name, claims, toNow(atMs));
      const arrivesMs = atMs + toDelayMs() / 2;
      const view = shared.exchange(report, Math.floor(arrivesMs));
      const backMs = arrivesMs + toDelayMs() / 2;
      events.add(backMs, () => {
        states.learnView(view, toNow(backMs));
      });
    };
    const every = (atMs: number): void => {
      exchange(atMs, []);
      if (atMs < endMs) events.add(atMs + EXCHANGE_MS, () => every(atMs + EXCHANGE_MS));
    };
    const send = (sentMs: number): void => {
      inFlight += 1;
      const call = { sentMs, inFlight };
      const arrivesMs = sentMs + toDelayMs();
      events.add(arrivesMs, () => {
        const { isServed, readings } = origin.ask(arrivesMs);
        calls.push({ ...call, isServed });
        const backMs = arrivesMs + toDelayMs();
        events.add(backMs, () => {
          inFlight -= 1;
          const times = { askedMs: toNow(sentMs), nowMs: toNow(backMs) };
          if (world.isHeard !== false && states.learn(keys, readings, times)) exchange(backMs);
        });
      });
    };
    /** The first in line asks again when its wait is over, and before: an answer may have ended it. */
    const ask = (atMs: number): void => {
      const claims = states.toClaims(keys, toNow(atMs));
      if (claims.length > 0) exchange(atMs, claims);
      const waitMs =
        toPolicyWaitMs(atMs) || (claims.length > 0 ? latencyMsMax + 2 : states.waitMs(keys, toNow(atMs)));
      if (waitMs === 0) {
        admittedMs.push(atMs);
        waiting -= 1;
        send(atMs);
      }
      isAsking = waiting > 0;
      const nextMs = atMs + Math.min(waitMs, ASK_AGAIN_MS) + (waitMs > 0 ? random() * 3 : 0);
      if (isAsking && nextMs < endMs) events.add(nextMs, () => ask(nextMs));
    };
    const want = (atMs: number): void => {
      if (waiting < QUEUE_MAX) waiting += 1;
      if (!isAsking) ask(atMs);
      const nextMs = atMs + random() * 2 * ((world.isolates * 1_000) / world.demandPerSecond);
      if (nextMs < endMs) events.add(nextMs, () => want(nextMs));
    };
    const startMs = START_MS + random() * EXCHANGE_MS;
    events.add(startMs, () => {
      every(startMs);
      want(startMs);
    });
  };
  for (let isolate = 0; isolate < world.isolates; isolate += 1) open(`isolate ${isolate}`);
  const takeOthers = (atMs: number): void => {
    origin.ask(atMs);
    const nextMs = atMs + 1_000 / (world.othersPerSecond ?? 0);
    if (nextMs < endMs) events.add(nextMs, () => takeOthers(nextMs));
  };
  if (world.othersPerSecond !== undefined) events.add(START_MS, () => takeOthers(START_MS));
  for (let event = events.take(); event !== undefined; event = events.take()) event.run();
  return calls;
}

/** Calls of a time, counted from the world's start. */
export function between(calls: readonly Call[], fromMs: number, toMs: number): readonly Call[] {
  return calls.filter(({ sentMs }) => sentMs >= START_MS + fromMs && sentMs < START_MS + toMs);
}
