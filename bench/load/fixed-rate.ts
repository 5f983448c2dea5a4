// Requests at a rate that does not depend on the answers, for latency. A request that finds no free connection waits,
// and its waiting counts: otherwise a slow server would hide its own slowness (coordinated omission).

import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "./connection.ts";
import { OutcomeCounter, type Outcomes, type Target, toRequest } from "./target.ts";

const CONNECTIONS_MAX = 64;
const TICK_MS = 1;
const DRAIN_MS_MAX = 10_000;

export interface FixedRateResult {
  readonly outcomes: Outcomes;
  /** Of every answer, in no order. From when its request was due, or as late as this program itself came to send it. */
  readonly latenciesMs: readonly number[];
}

export async function runFixedRate(
  target: Target,
  { rate, forMs }: { readonly rate: number; readonly forMs: number },
): Promise<FixedRateResult> {
  const outcomes = new OutcomeCounter();
  const latenciesMs: number[] = [];
  const free: Connection[] = [];
  const dueMs = new Map<Connection, number>();
  const waitingMs: number[] = [];
  const send = (connection: Connection, atMs: number): void => {
    dueMs.set(connection, atMs);
    connection.send(toRequest(target));
  };
  const connections = Array.from(
    { length: CONNECTIONS_MAX },
    () =>
      new Connection(target.port, (connection, outcome) => {
        outcomes.add(outcome);
        latenciesMs.push(performance.now() - (dueMs.get(connection) ?? Infinity));
        const nextMs = waitingMs.shift();
        if (nextMs === undefined) free.push(connection);
        else send(connection, nextMs);
      }),
  );
  free.push(...connections);
  const startMs = performance.now();
  const planned = Math.floor((forMs / 1_000) * rate);
  for (let sent = 0; sent < planned; await sleep(TICK_MS)) {
    const nowMs = performance.now();
    for (; sent < planned && startMs + (sent / rate) * 1_000 <= nowMs; sent += 1) {
      const connection = free.pop();
      if (connection === undefined) waitingMs.push(nowMs);
      else send(connection, nowMs);
    }
  }
  const drainUntilMs = performance.now() + DRAIN_MS_MAX;
  while (outcomes.total < planned && performance.now() < drainUntilMs) await sleep(TICK_MS);
  outcomes.add("failed", planned - outcomes.total);
  for (const connection of connections) connection.close();
  return { outcomes: outcomes.counts, latenciesMs };
}
