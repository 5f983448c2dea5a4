// The permits that a request has taken: renewed for as long as it lives, and given back once, when it has ended or its
// client has left. What frees itself is only what was lost with its isolate.

import { toAlgorithm } from "../../core/algorithms/registry.ts";
import { isPermit } from "../../core/policies/policy.ts";
import { TIMER_MS_MAX } from "../../platform/in-time.ts";
import { whenAnswerEnds } from "../request/body-pipe.ts";
import type { CheckedLimits } from "./checked-limits.ts";
import type { HeldUnits } from "./counter-client.ts";
import { toHeld } from "./held-units.ts";
import type { LimiterContext } from "./limiter.ts";

/** A renewal may fail twice before the permit frees itself. */
const RENEWALS_PER_LIFE = 3;
/** Whatever a policy's `expires`: a stream costs no more calls than so many. */
const RENEW_MS_MIN = 500;

export class Permits {
  readonly #held: HeldUnits[];
  readonly #context: LimiterContext;
  readonly #renewMs: number;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #renewing: Promise<void> | undefined;
  #isOver = false;

  constructor(held: HeldUnits[], context: LimiterContext) {
    this.#held = held;
    this.#context = context;
    this.#renewMs = Math.min(TIMER_MS_MAX, Math.max(RENEW_MS_MIN, toLifeMs(held) / RENEWALS_PER_LIFE));
    this.#schedule();
  }

  /** They go back when nothing of this answer is under way any longer. */
  endWith(response: Response): void {
    whenAnswerEnds(response, this.end);
  }

  readonly end = (): void => {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#context.waitUntil(this.#giveBack());
  };

  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.#renewing = this.#renew();
    }, this.#renewMs);
  }

  async #renew(): Promise<void> {
    const { gateway, waitUntil } = this.#context;
    const renewals = this.#held.map((one) => gateway.counters.renew(one, { waitUntil }));
    this.#held.splice(0, Infinity, ...(await Promise.all(renewals)));
    if (!this.#isOver) this.#schedule();
  }

  /** A renewal that is under way comes first: it says when they were taken. */
  async #giveBack(): Promise<void> {
    await this.#renewing;
    const { gateway, waitUntil } = this.#context;
    await Promise.all(this.#held.map((one) => gateway.counters.giveBack(one, { waitUntil })));
  }
}

/** undefined where the request has taken none. `client`: its request's signal; undefined where nobody waits. */
export function holdPermits(
  { taken }: CheckedLimits,
  context: LimiterContext,
  client: AbortSignal | undefined,
): Permits | undefined {
  const held = taken.flatMap((decision) => toHeld(decision, ({ policy }) => isPermit(policy)));
  if (held.length === 0) return undefined;
  const permits = new Permits(held, context);
  // It may have left while the counter was asked.
  if (client?.aborted === true) permits.end();
  else client?.addEventListener("abort", permits.end);
  return permits;
}

/** How long the first of them lives that nobody renews. */
function toLifeMs(held: readonly HeldUnits[]): number {
  const checks = held.flatMap(({ keys }) => keys.flatMap((one) => one.checks));
  return Math.min(
    ...checks.map(({ algorithm, settings }) => toAlgorithm(algorithm).toHeldMs?.(settings) ?? Infinity),
  );
}
