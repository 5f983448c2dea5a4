// How consumers that take much more than usual are told: each by its name, and many at once as one alert, for then it is not
// they who are unusual but the hour.

import type { UnusualUse } from "./alert-messages.ts";
import type { Seen } from "./alert-book.ts";

/** Of one policy in one minute. */
export const NAMED_MAX = 10;
/** A busy minute is soon over. */
const FOR_MS = 300_000;
/** A stats object looks once a minute, with the first report of the next one. */
const HOLD_MS = 150_000;

export function toUnusualSeen(unusual: readonly UnusualUse[]): readonly Omit<Seen, "rule">[] {
  return [...Map.groupBy(unusual, ({ policy }) => policy)].flatMap(([policy, all]) =>
    all.length > NAMED_MAX
      ? [toSeen({ policy }, `${all.length} consumers take much more of ${policy} than usual at this hour`)]
      : all.map(({ consumer, units, usual }) =>
          toSeen(
            { policy, consumer },
            `${consumer} took ${Math.round(units)} of ${policy} in a minute, usually ${Math.round(usual)} at this hour`,
          ),
        ),
  );
}

function toSeen(labels: Seen["labels"], summary: string): Omit<Seen, "rule"> {
  return { condition: "unusual", labels, summary, forMs: FOR_MS, holdMs: HOLD_MS };
}
