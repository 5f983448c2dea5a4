// Waits in line for quota of an origin, and takes it: from the moment at which there was none until there is some, the
// request's patience is over, or somebody more urgent needs its place.

import type { OriginFailure } from "./forward.ts";
import type { LineRules, Sleeper, Standing, WaitingLines } from "./waiting-lines.ts";

/** No quota now. Times are of the isolate's clock. */
export interface Limit {
  /** Where to wait for it. */
  readonly line: string;
  readonly askAgainMs: number;
  /** When there is some for this request if nobody else comes. */
  readonly readyMs: number;
  readonly violated: readonly string[];
}

export interface InVain {
  readonly limit: Limit;
  /** Why, in words. */
  readonly cause: string;
  /** The same, for statistics. */
  readonly result: string;
}

export interface Patience {
  readonly lines: WaitingLines;
  readonly rules: LineRules;
  readonly waiter: Sleeper;
  /** Aborted when the client leaves. */
  readonly signal: AbortSignal;
  /** How many more like it have room, when quota was there and has been taken. */
  readonly ask: () => Promise<Limit | OriginFailure | number>;
}

/** undefined when quota was taken. */
export async function waitInLine(
  first: Limit,
  { lines, rules, waiter, signal, ask }: Patience,
): Promise<InVain | OriginFailure | undefined> {
  let limit = first;
  let place: Standing | undefined;
  // Nothing else of a request runs when its client has left.
  const leave = (): void => place?.leave();
  signal.addEventListener("abort", leave);
  try {
    for (;;) {
      if (limit.askAgainMs > waiter.untilMs)
        return { limit, cause: "the wait is too long", result: "too_long" };
      if (place?.line === limit.line) place.deny(limit.askAgainMs);
      else {
        place?.leave();
        place = lines.enter(limit.line, waiter, { rules, readyMs: limit.askAgainMs });
        if (place === undefined) return { limit, cause: "the queue is full", result: "full" };
      }
      const turn = await place.turn();
      if (turn !== "ask") return { limit, cause: CAUSES[turn], result: turn };
      const asked = await ask();
      if (typeof asked === "number") {
        place.admit(asked);
        return undefined;
      }
      if ("code" in asked) return asked;
      limit = asked;
    }
  } finally {
    leave();
    signal.removeEventListener("abort", leave);
  }
}

const CAUSES = { late: "it waited for too long", shed: "its place was needed" };
