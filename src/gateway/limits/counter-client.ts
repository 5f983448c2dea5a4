// Asks counter objects, in time or not at all. When one does not answer, each policy's onError decides: by the same
// algorithm in this isolate, open, or closed. Never throws.

import type { Policy } from "../../core/policies/policy.ts";
import {
  type CounterBreaker,
  CLOSED,
  mayAsk,
  recordFailure,
  recordSuccess,
  startAsking,
} from "../../core/counters/counter-breaker.ts";
import { toUndone } from "../../core/counters/counter-reply.ts";
import { CounterTable } from "../../core/counters/counter-table.ts";
import {
  type Check,
  type CheckVerdict,
  type Committed,
  type CounterRequest,
  FULL_MESSAGE,
  MESSAGE_VERSION,
  type Settlement,
} from "../../core/counters/counter-messages.ts";
import { LruMap } from "../../core/lru-map.ts";
import type { Bindings } from "../../platform/bindings.ts";
import { readClock } from "../../platform/clock.ts";
import { type Caller, CounterCalls } from "./counter-calls.ts";
import { isAllowed, type ObjectChecks } from "./object-checks.ts";

/** Keys that an isolate decides by itself at most, while their counter objects do not answer. */
const LOCAL_KEYS_MAX = 10_000;
/** Objects that an isolate keeps breakers of. */
const OBJECTS_MAX = 10_000;
/** How long a refused client waits when the limiter itself cannot answer. */
const CLOSED_RETRY_MS = 1_000;
/** How long what nobody waits for may take. */
const BACKGROUND_MS = 5_000;
/** Confirmations that wait for the next message to their object. One that is lost only keeps denials uncached. */
const CONFIRMED_MAX = 16;

/** Which step of a decision a call is. */
export type DecisionStep = Pick<CounterRequest, "phase" | "id" | "refusedBefore" | "committed">;

export interface ObjectAnswer {
  /** In the order of the rows. */
  readonly verdicts: readonly CheckVerdict[];
  /** The owner's token for a settlement. */
  readonly takenAtMs: number;
  /** Why the object did not answer; undefined when it did. */
  readonly failure: string | undefined;
}

/** What one decision holds of one object. `failure`: why it was decided without it. */
export interface HeldUnits extends Pick<CounterRequest, "id" | "keys">, Committed {
  readonly object: string;
  readonly failure: string | undefined;
}

export class CounterClient {
  readonly #calls: CounterCalls;
  readonly #breakers = new LruMap<string, CounterBreaker>(OBJECTS_MAX);
  /** Decisions that every object has committed, by the object that has yet to hear of it. */
  readonly #confirmed = new LruMap<string, readonly string[]>(OBJECTS_MAX);
  readonly #local = new CounterTable(
    { read: () => undefined, write: () => undefined, onForgotten: () => undefined },
    LOCAL_KEYS_MAX,
  );

  constructor(namespace: Bindings["COUNTERS"]) {
    this.#calls = new CounterCalls(namespace);
  }

  async ask(
    checks: ObjectChecks,
    step: DecisionStep,
    { waitUntil }: Pick<Caller, "waitUntil">,
  ): Promise<ObjectAnswer> {
    const { object, keys } = checks;
    const confirmed = this.#takeConfirmed(object);
    const request: CounterRequest = { version: MESSAGE_VERSION, ...step, keys, confirmed };
    const breaker = this.#breaker(object);
    if (!mayAsk(breaker, readClock()))
      return this.#decideWithout(checks, request, "counter object keeps failing");
    const asked = startAsking(breaker, readClock());
    this.#setBreaker(object, asked);
    const reply = await this.#calls.call(object, request, { timeoutMs: toTimeoutMs(checks), waitUntil });
    // A full object refuses new keys alone: whoever invents them must not cut off the others.
    const isWell = !("failure" in reply) || reply.failure.includes(FULL_MESSAGE);
    // Others asked at the same time: what came of that is in the breaker as it is by now.
    const since = this.#breaker(object);
    const after = isWell
      ? recordSuccess(since, asked)
      : recordFailure(since, { nowMs: readClock(), isOverloaded: reply.isOverloaded });
    this.#setBreaker(object, after);
    if ("failure" in reply) return this.#decideWithout(checks, request, reply.failure);
    const { verdicts, takenAtMs } = reply;
    return { verdicts, takenAtMs, failure: undefined };
  }

  /** Resolves to what is held by now: with the owner's new token, or as before where it did not answer. */
  async renew(held: HeldUnits, { waitUntil }: Pick<Caller, "waitUntil">): Promise<HeldUnits> {
    const { object, id, keys, policies, takenAtMs, failure } = held;
    const request: CounterRequest = {
      version: MESSAGE_VERSION,
      phase: "renew",
      id,
      keys,
      committed: { policies, takenAtMs },
    };
    const nowMs = readClock();
    if (failure !== undefined) return { ...held, takenAtMs: this.#local.handle(request, nowMs).takenAtMs };
    if (!mayAsk(this.#breaker(object), nowMs)) return held;
    const reply = await this.#calls.call(object, request, { timeoutMs: BACKGROUND_MS, waitUntil });
    return "failure" in reply ? held : { ...held, takenAtMs: reply.takenAtMs };
  }

  /** Gives back what a decision holds. */
  async giveBack(held: HeldUnits, { waitUntil }: Pick<Caller, "waitUntil">): Promise<void> {
    const { object, id, keys, policies, takenAtMs, failure } = held;
    const undone = toUndone(keys, policies);
    await this.settle(object, { version: MESSAGE_VERSION, id, takenAtMs, keys: undone }, failure);
    if (failure === undefined || !mayAsk(this.#breaker(object), readClock())) return;
    // The object may have taken it as well, too late: it is told so in the way that also stops it from taking it yet.
    const request: CounterRequest = { version: MESSAGE_VERSION, phase: "release", id, keys };
    await this.#calls.call(object, request, { timeoutMs: BACKGROUND_MS, waitUntil });
  }

  /** Tells the owner what a decision really cost. `failure` says whether the decision was this isolate's own. */
  async settle(object: string, settlement: Settlement, failure: string | undefined): Promise<void> {
    if (failure !== undefined) {
      this.#local.settle(settlement, readClock());
      return;
    }
    try {
      await this.#calls.stub(object).settle(settlement);
    } catch {
      // What was taken stays taken: the counter can only under-admit for it.
    }
  }

  /** No release will come for this decision: the objects learn of it with the next message that goes there anyway. */
  confirm(object: string, id: string): void {
    this.#confirmed.set(object, [...(this.#confirmed.get(object) ?? []), id].slice(-CONFIRMED_MAX));
  }

  #takeConfirmed(object: string): readonly string[] | undefined {
    const ids = this.#confirmed.get(object);
    if (ids !== undefined) this.#confirmed.delete(object);
    return ids;
  }

  #breaker(object: string): CounterBreaker {
    return this.#breakers.get(object) ?? CLOSED;
  }

  /** A closed one takes no room. */
  #setBreaker(object: string, breaker: CounterBreaker): void {
    if (breaker === CLOSED) this.#breakers.delete(object);
    else this.#breakers.set(object, breaker);
  }

  /** One verdict a policy, each by its own rule. */
  #decideWithout(object: ObjectChecks, request: CounterRequest, failure: string): ObjectAnswer {
    const { rows } = object;
    const isLocal = (name: string): boolean =>
      rows.some(({ policy }) => policy.name === name && policy.onError === "local");
    const keys = object.keys.map(({ key, checks }) => ({
      key,
      checks: checks.filter(({ policy }) => isLocal(policy)).map((check) => withoutLease(check)),
    }));
    const nowMs = readClock();
    const { verdicts: local, takenAtMs } = this.#local.handle({ ...request, keys }, nowMs);
    const verdicts = rows.map(
      ({ policy }) => local.find((verdict) => verdict.policy === policy.name) ?? toRuleVerdict(policy),
    );
    // What one policy's rule refuses must not cost the others.
    if (!isAllowed(object, verdicts)) this.#local.handle({ ...request, phase: "release", keys }, nowMs);
    return { verdicts, takenAtMs, failure };
  }
}

/** A lease that an isolate granted itself would be on top of what it decides by itself. */
function withoutLease(check: Check): Check {
  return { ...check, lease: undefined };
}

/** The shortest that a policy waits; shadow policies do not make the others wait for less. */
function toTimeoutMs({ rows }: ObjectChecks): number {
  const enforced = rows.filter(({ isShadow }) => !isShadow);
  return Math.min(...(enforced.length > 0 ? enforced : rows).map(({ policy }) => policy.timeoutMs));
}

function toRuleVerdict({ name, limit, onError }: Policy): CheckVerdict {
  const isClosed = onError === "closed";
  const waitMs = isClosed ? CLOSED_RETRY_MS : 0;
  return {
    policy: name,
    outcome: isClosed ? "denied" : "allowed",
    remaining: isClosed ? 0 : limit,
    retryAfterMs: waitMs,
    resetMs: waitMs,
  };
}
