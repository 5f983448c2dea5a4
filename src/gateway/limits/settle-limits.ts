// Tells counters what a request really cost once its response is known: by the policies' settle rules when the response
// begins, and permits back when its body ends. Always after the response, never in its way.

import type { Policy } from "../../core/policies/policy.ts";
import { MESSAGE_VERSION, type SettledCheck } from "../../core/counters/counter-messages.ts";
import { toActualUnits } from "../../core/policies/settle-rule.ts";
import { toPipe } from "../request/body-pipe.ts";
import type { CheckedLimits, ObjectDecision } from "./checked-limits.ts";
import type { LimiterContext } from "./limiter.ts";
import type { PolicyRow } from "./policy-rows.ts";

/** Corrects what was taken, where a policy says so, and gives permits back when the response has ended. */
export function settleLimits(
  response: Response,
  { taken }: CheckedLimits,
  context: LimiterContext,
): Response {
  if (!hasSome(taken, isSettled)) return response;
  const { status, headers } = response;
  const header = (name: string): string | undefined => headers.get(name) ?? undefined;
  settle(taken, context, ({ settle: rule }) =>
    rule === undefined ? undefined : toActualUnits(rule, { status, header }),
  );
  if (!hasSome(taken, isPermit)) return response;
  const giveBack = (): void => {
    giveBackPermits(taken, context);
  };
  // A WebSocket's end is not seen here: its permit frees itself when it expires.
  if (response.webSocket !== null) return response;
  const [watched, ended] = watchBody(response);
  context.waitUntil(ended.then(giveBack, giveBack));
  return watched;
}

/**
 * Gives permits back when the client goes away. Nothing else of the request runs from then on, so a client that never
 * waits for its answer would keep them until they expire. What it takes otherwise stays taken, as estimated.
 */
export function settleWhenClientLeaves(
  request: Request,
  { taken }: CheckedLimits,
  context: LimiterContext,
): void {
  if (!hasSome(taken, isPermit)) return;
  request.signal.addEventListener("abort", () => {
    giveBackPermits(taken, context);
  });
}

function giveBackPermits(taken: readonly ObjectDecision[], context: LimiterContext): void {
  settle(taken, context, (policy) => (isPermit(policy) ? 0 : undefined));
}

const isPermit = ({ algorithm }: Policy): boolean => algorithm === "concurrency";
const isSettled = (policy: Policy): boolean => policy.settle !== undefined || isPermit(policy);
const hasSome = (taken: readonly ObjectDecision[], is: (policy: Policy) => boolean): boolean =>
  taken.some(({ group }) => group.rows.some(({ policy }) => is(policy)));

/** `toActual` answers the units to have taken in the end, or undefined to leave a policy as it is. */
function settle(
  taken: readonly ObjectDecision[],
  { gateway, waitUntil }: LimiterContext,
  toActual: (policy: Policy) => number | undefined,
): void {
  for (const { id, group, answer } of taken) {
    // A shadow policy that denied has consumed nothing.
    const consumed = group.rows.filter(({ verdict }) => verdict?.outcome === "allowed");
    const keys = group.keys.map(({ key }) => ({
      key,
      checks: consumed.flatMap((row) => (row.key === key ? toSettledChecks(row, toActual(row.policy)) : [])),
    }));
    if (keys.every(({ checks }) => checks.length === 0)) continue;
    const settlement = { version: MESSAGE_VERSION, id, takenAtMs: answer.takenAtMs, keys } as const;
    waitUntil(gateway.counters.settle(group.object, settlement, answer.failure));
  }
}

function toSettledChecks({ policy, cost }: PolicyRow, actual: number | undefined): readonly SettledCheck[] {
  const { name, algorithm, settings, plan } = policy;
  return actual === undefined ? [] : [{ policy: name, algorithm, settings, plan, taken: cost, actual }];
}

/** The response, and a promise that settles when its body has gone to the client, has failed, or nobody reads it. */
function watchBody(response: Response): readonly [watched: Response, ended: Promise<void>] {
  if (response.body === null) return [response, Promise.resolve()];
  const { readable, writable } = toPipe(response.headers);
  const ended = response.body.pipeTo(writable);
  return [new Response(readable, response), ended];
}
