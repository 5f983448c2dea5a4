// Asks counter objects about one request. Policies whose keys live in one object are one call; with several objects all
// hold at once, and all commit when all have said yes.

import type { Committed, Refused } from "../../core/counters/counter-messages.ts";
import type { DecisionStep, ObjectAnswer } from "./counter-client.ts";
import type { DeciderContext } from "./limiter.ts";
import { isAllowed, type ObjectChecks } from "../../core/policies/object-checks.ts";

/** One object: one call. Several: hold in all, then commit in all, or give back; nothing is consumed unless all commit. */
export async function askObjects(
  objects: readonly ObjectChecks[],
  {
    id,
    refusedBefore,
    client,
    context,
  }: {
    readonly id: string;
    readonly refusedBefore: Refused | undefined;
    readonly client: DecisionStep["client"];
    readonly context: DeciderContext;
  },
): Promise<readonly ObjectAnswer[]> {
  const { place } = context;
  const { counters } = context.gateway;
  const [only] = objects;
  if (only !== undefined && objects.length === 1)
    return [await counters.ask(only, { phase: "take", id, refusedBefore, client, place }, context)];
  const askAll = (step: Omit<DecisionStep, "id">): Promise<readonly ObjectAnswer[]> =>
    Promise.all(objects.map((checks) => counters.ask(checks, { ...step, id }, context)));
  const held = await askAll({ phase: "hold", refusedBefore, client, place });
  if (!areAllowed(objects, held)) {
    context.waitUntil(askAll({ phase: "release" }));
    return held;
  }
  const committed = await askAll({ phase: "commit" });
  if (areAllowed(objects, committed)) {
    for (const { object } of objects) counters.confirm(object, id);
    return committed;
  }
  const releases = objects.map((checks, index) =>
    counters.ask(checks, { phase: "release", id, committed: toCommitted(checks, committed[index]) }, context),
  );
  context.waitUntil(Promise.all(releases));
  return committed;
}

/** What an object's own commit consumed, as far as it answered. */
function toCommitted(checks: ObjectChecks, answer: ObjectAnswer | undefined): Committed | undefined {
  if (answer === undefined || answer.failure !== undefined || !isAllowed(checks, answer.verdicts))
    return undefined;
  const allowed = answer.verdicts.filter(({ outcome }) => outcome === "allowed");
  return { takenAtMs: answer.takenAtMs, policies: allowed.map(({ policy }) => policy) };
}

function areAllowed(objects: readonly ObjectChecks[], answers: readonly ObjectAnswer[]): boolean {
  return objects.every((checks, index) => isAllowed(checks, answers[index]?.verdicts ?? []));
}
