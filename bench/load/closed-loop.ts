// As much as the server can take: each connection sends its next request when it has its answer. For capacity and CPU
// time, not for latency: a slow server is asked less.

import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "./connection.ts";
import { OutcomeCounter, type Outcomes, type Target, toRequest } from "./target.ts";

export const CONNECTIONS = 32;
const DRAIN_MS_MAX = 10_000;
const DRAIN_STEP_MS = 5;

export interface ClosedLoop {
  /** Answers so far. */
  readonly answered: () => number;
  /** Sends nothing more and resolves when every answer is there, or will not come. */
  readonly stop: () => Promise<Outcomes>;
}

export function startClosedLoop(target: Target): ClosedLoop {
  const outcomes = new OutcomeCounter();
  const idle = new Set<Connection>();
  let isRunning = true;
  const connections = Array.from(
    { length: CONNECTIONS },
    () =>
      new Connection(target.port, (connection, outcome) => {
        outcomes.add(outcome);
        if (isRunning) connection.send(toRequest(target));
        else idle.add(connection);
      }),
  );
  for (const connection of connections) connection.send(toRequest(target));
  return {
    answered: () => outcomes.total,
    stop: async () => {
      isRunning = false;
      const untilMs = performance.now() + DRAIN_MS_MAX;
      while (idle.size < CONNECTIONS && performance.now() < untilMs) await sleep(DRAIN_STEP_MS);
      outcomes.add("failed", CONNECTIONS - idle.size);
      for (const connection of connections) connection.close();
      return outcomes.counts;
    },
  };
}
