// Asks counter objects about one request. Policies whose keys live in one object are one call; with several objects all
// hold at once, and all commit when all have said yes.

import type { Committed, Refused } from "../../core/counters/counter-messages.ts";
import type { LimiterContext } from "./limiter.ts";
import { type Group, type GroupAnswer, isAllowed, type Question } from "./counter-client.ts";

export interface Asking {
  readonly id: string;
  readonly refusedBefore: Refused | undefined;
  readonly context: LimiterContext;
}

/** One object: one call. Several: hold in all, then commit in all, or give back; nothing is consumed unless all commit. */
export async function askGroups(
  groups: readonly Group[],
  { id, refusedBefore, context }: Asking,
): Promise<readonly GroupAnswer[]> {
  const { counters } = context.gateway;
  const askAll = (question: Omit<Question, "id">): Promise<readonly GroupAnswer[]> =>
    Promise.all(groups.map((group) => counters.ask(group, { ...question, id }, context)));
  if (groups.length === 1) return askAll({ phase: "take", refusedBefore });
  const held = await askAll({ phase: "hold", refusedBefore });
  if (!areAllowed(groups, held)) {
    context.waitUntil(askAll({ phase: "release" }));
    return held;
  }
  const committed = await askAll({ phase: "commit" });
  if (areAllowed(groups, committed)) {
    for (const group of groups) counters.confirm(group, id);
    return committed;
  }
  const releases = groups.map((group, index) =>
    counters.ask(group, { phase: "release", id, committed: toCommitted(group, committed[index]) }, context),
  );
  context.waitUntil(Promise.all(releases));
  return committed;
}

/** What an object's own commit consumed, as far as it answered. */
function toCommitted(group: Group, answer: GroupAnswer | undefined): Committed | undefined {
  if (answer === undefined || answer.failure !== undefined || !isAllowed(answer.verdicts, group))
    return undefined;
  const allowed = answer.verdicts.filter(({ outcome }) => outcome === "allowed");
  return { takenAtMs: answer.takenAtMs, policies: allowed.map(({ policy }) => policy) };
}

export function areAllowed(groups: readonly Group[], answers: readonly GroupAnswer[]): boolean {
  return groups.every((group, index) => isAllowed(answers[index]?.verdicts ?? [], group));
}
