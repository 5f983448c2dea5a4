// What an origin without a profile says about its own limits: a 429, or a 503 where there is no other origin to go to,
// with a Retry-After. Calls with the same counter keys are then held back for so long, and one of them tries first. Known
// to this isolate alone.

import { parseRetryAfter } from "../../core/http/retry-after.ts";
import { LruMap } from "../../core/lru-map.ts";
import { readClock } from "../../platform/clock.ts";
import type { Observed, OriginFeedback } from "./origin-feedback.ts";

const STOPS_MAX = 1_000;
/** An origin that asks for more is tried once in so long. */
const STOP_MS_MAX = 3_600_000;
/** How long the others wait at most for what comes of the one that tries, and how often they look. */
const PROBE_MS = 1_000;
const LOOK_MS = 100;

interface Stop {
  untilMs: number;
  isTried: boolean;
}

export class PlainFeedback implements OriginFeedback {
  readonly #stops = new LruMap<string, Stop>(STOPS_MAX);
  readonly #statuses: readonly number[];

  constructor(members: number) {
    // A 503 speaks for the origin that sent it, a 429 is about who asks, wherever it goes.
    this.#statuses = members > 1 ? [429] : [429, 503];
  }

  waitMs(keys: ReadonlyMap<string, string>, nowMs: number): number {
    const stop = this.#stops.size === 0 ? undefined : this.#stops.get(toName(keys));
    if (stop === undefined) return 0;
    if (nowMs < stop.untilMs) return Math.min(stop.untilMs - nowMs, stop.isTried ? LOOK_MS : Infinity);
    stop.untilMs = nowMs + PROBE_MS;
    stop.isTried = true;
    return 0;
  }

  toKeys(keys: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
    return keys;
  }

  release(): void {
    // Nothing is booked.
  }

  /** It knows stops alone. */
  show(): readonly never[] {
    return [];
  }

  findLimiting(): undefined {
    return undefined;
  }

  observe(response: Response, keys: ReadonlyMap<string, string>): Promise<Observed> {
    const nowMs = readClock();
    const isRefusal = this.#statuses.includes(response.status);
    const retryAfter = isRefusal ? response.headers.get("retry-after") : null;
    const retryAfterMs = parseRetryAfter(retryAfter, nowMs);
    if (retryAfterMs !== undefined) {
      const untilMs = nowMs + Math.min(STOP_MS_MAX, retryAfterMs);
      this.#stops.set(toName(keys), { untilMs, isTried: false });
      return Promise.resolve({ response, refused: { retryAfterMs } });
    }
    // What was sent before the stop says nothing of it.
    if (this.#stops.size > 0 && this.#stops.get(toName(keys))?.isTried === true)
      this.#stops.delete(toName(keys));
    return Promise.resolve({ response, isRejected: response.status === 401 });
  }
}

function toName(keys: ReadonlyMap<string, string>): string {
  return [...keys.values()].join("\n");
}
