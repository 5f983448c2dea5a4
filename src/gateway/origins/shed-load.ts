// Who is let in to a pool whose origin has more to do than it can, and who is refused with a 503, or gets a stored answer.

import type { OriginPool } from "../../core/origins/origin-pool.ts";
import { PRIORITIES, toRank } from "../../core/outbound/priority.ts";
import { hash32 } from "../../core/keys/hash32.ts";
import { toClientPlace, toShedRetryMs } from "../../core/shedding/client-place.ts";
import type { Arrival, LoadGate } from "../../core/shedding/load-gate.ts";
import { readClock } from "../../platform/clock.ts";
import type { AskingFor } from "./asking-for.ts";
import { toClient } from "./call-place.ts";
import type { OriginAnswer, OriginFailure } from "./forward.ts";
import type { Recorder } from "../stats/recorder.ts";
import type { PoolClient } from "./pool-client.ts";
import type { RequestFacts } from "../request/request-facts.ts";
import type { Route } from "../../core/routes/route.ts";

interface Asking extends AskingFor {
  readonly route: Pick<Route, "priority">;
  readonly stats: Recorder | undefined;
}

type Ranked = Pick<Arrival, "rank" | "client" | "place" | "nowMs">;

/** Why the request must not be sent; undefined: it may, or the pool lets everybody in. */
export function shedLoad(
  facts: RequestFacts,
  { gate, pool }: PoolClient,
  { route, stats, isRefresh }: Asking,
): OriginFailure | undefined {
  if (gate === undefined || pool.adapt === undefined) return undefined;
  const ranked = rankRequest(facts, pool.adapt, route);
  // Nobody waits for a refresh.
  const rank = isRefresh === true ? PRIORITIES.length - 1 : ranked.rank;
  if (gate.admit({ ...ranked, rank, chance: Math.random() })) return undefined;
  const priority = PRIORITIES[rank] ?? "";
  stats?.shed(pool.name, priority, pool.adapt.isShadow ? "shadow" : "refused");
  if (pool.adapt.isShadow) return undefined;
  return {
    code: "origin-overloaded",
    cause: `pool ${pool.name}, ${priority}: the origin has too much to do`,
    retryAfterMs: toShedRetryMs(Math.random()),
    denied: { violated: [], rows: [] },
    mayStandIn: true,
  };
}

/** Its priority, and its client's place among those that share it. */
export function rankRequest(
  facts: RequestFacts,
  { priority }: NonNullable<OriginPool["adapt"]>,
  route: Pick<Route, "priority">,
): Ranked {
  const nowMs = readClock();
  const name = toClient(facts);
  const client = name === undefined ? 0 : hash32(name);
  const rank = toRank(priority, route.priority, facts);
  return { rank, client, place: toClientPlace(client, nowMs), nowMs };
}

/** Counts a request on its way, until it is answered, or its client has left, or it must be over. */
export async function countFlight(
  gate: LoadGate,
  { facts, timeoutMs }: { readonly facts: RequestFacts; readonly timeoutMs: number },
  ask: () => Promise<OriginAnswer>,
): Promise<OriginAnswer> {
  const nowMs = readClock();
  const flight = gate.start(nowMs, nowMs + timeoutMs);
  const { signal } = facts.request;
  const leave = (): void => {
    gate.end(flight, readClock(), undefined);
  };
  signal.addEventListener("abort", leave, { once: true });
  let answer: OriginAnswer | undefined;
  try {
    answer = await ask();
    return answer;
  } finally {
    signal.removeEventListener("abort", leave);
    gate.end(flight, readClock(), answer === undefined ? undefined : isOverload(answer));
  }
}

/** undefined: it says nothing. */
function isOverload(answer: OriginAnswer): boolean | undefined {
  if (!answer.ok && answer.error.isLeft === true) return undefined;
  const status = answer.ok ? answer.value.status : answer.error.status;
  if (status === 503 || status === 504) return true;
  return !answer.ok && answer.error.code === "origin-timeout";
}
