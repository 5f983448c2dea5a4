// Asks counter objects, in time or not at all. When one does not answer, each policy's onError decides: by the same
// algorithm in this isolate, open, or closed. Never throws.

import {
  type CounterBreaker,
  CLOSED,
  mayAsk,
  recordFailure,
  recordSuccess,
  startAsking,
} from "../../core/counters/counter-breaker.ts";
import { toCommitted, toUndone } from "../../core/counters/counter-reply.ts";
import { FallbackCounters } from "../../core/counters/fallback-counters.ts";
import {
  type CheckVerdict,
  type ClientStanding,
  type Committed,
  type CounterReply,
  type CounterRequest,
  FULL_MESSAGE,
  MESSAGE_VERSION,
  type Settlement,
} from "../../core/counters/counter-messages.ts";
import type { AskedClient } from "../../core/reputation/score-messages.ts";
import { LruMap } from "../../core/lru-map.ts";
import type { Bindings } from "../../platform/bindings.ts";
import { readClock } from "../../platform/clock.ts";
import { type Caller, type CallFailure, CounterCalls } from "./counter-calls.ts";
import { isAllowed, type ObjectChecks } from "../../core/policies/object-checks.ts";
import type { Neighbours } from "./neighbours.ts";
import { toLocal, toOwed, toRuleVerdict } from "./on-error.ts";

/** Objects that an isolate keeps breakers of. */
const OBJECTS_MAX = 10_000;
/** How long what nobody waits for may take. */
const BACKGROUND_MS = 5_000;
/** Enough to tell isolates apart that use one key. */
const ASKER_DIGITS = 8;
/** Confirmations that wait for the next message to their object. One that is lost only keeps denials uncached. */
const CONFIRMED_MAX = 16;

/** Which step of a decision a call is. */
export type DecisionStep = Pick<CounterRequest, "phase" | "id" | "refusedBefore" | "committed" | "place"> & {
  /** Whose reputation is wanted, and the object that owns it. */
  readonly client?: AskedClient | undefined;
};

export interface ObjectAnswer {
  /** In the order of the rows. */
  readonly verdicts: readonly CheckVerdict[];
  /** The owner's token for a settlement. */
  readonly takenAtMs: number;
  /** Why the object did not answer; undefined when it did. */
  readonly failure: string | undefined;
  /** What it holds against the client; undefined: nothing that is known. */
  readonly client?: ClientStanding | undefined;
}

/** What one decision holds of one object. `failure`: why it was decided without it. */
export interface HeldUnits extends Pick<CounterRequest, "id" | "keys">, Committed {
  readonly object: string;
  readonly failure: string | undefined;
}

interface Unanswered extends Pick<Caller, "waitUntil"> {
  readonly failure: string;
  /** The answer that is still to come. */
  readonly late?: Promise<CounterReply | CallFailure> | undefined;
}

interface Late {
  readonly request: CounterRequest;
  /** What was decided without the object. */
  readonly decided: ObjectAnswer;
  readonly late: Promise<CounterReply | CallFailure>;
  readonly waitUntil: Caller["waitUntil"];
}

export class CounterClient {
  readonly #calls: CounterCalls;
  readonly #breakers = new LruMap<string, CounterBreaker>(OBJECTS_MAX);
  /** Decisions that every object has committed, by the object that has yet to hear of it. */
  readonly #confirmed = new LruMap<string, readonly string[]>(OBJECTS_MAX);
  readonly #fallback: FallbackCounters;
  readonly #neighbours: Neighbours | undefined;
  /** Names this isolate to counter objects. Made with the first request: before, there is no randomness. */
  #asker: string | undefined;

  /** `neighbours`: other isolates that know what is left; undefined: none can be asked. */
  constructor(namespace: Bindings["COUNTERS"], neighbours?: Neighbours) {
    this.#calls = new CounterCalls(namespace);
    this.#neighbours = neighbours;
    this.#fallback = new FallbackCounters(neighbours?.shares);
  }

  async ask(
    checks: ObjectChecks,
    step: DecisionStep,
    { waitUntil }: Pick<Caller, "waitUntil">,
  ): Promise<ObjectAnswer> {
    const { object, keys } = checks;
    const confirmed = this.#takeConfirmed(object);
    this.#asker ??= crypto.randomUUID().slice(0, ASKER_DIGITS);
    const request: CounterRequest = {
      version: MESSAGE_VERSION,
      phase: step.phase,
      id: step.id,
      asker: this.#asker,
      keys,
      client: step.client?.object === object ? step.client.key : undefined,
      trustAfterMs: step.client?.trustAfterMs,
      refusedBefore: step.refusedBefore,
      place: step.place,
      committed: step.committed,
      confirmed,
    };
    const breaker = this.#breaker(object);
    const nowMs = readClock();
    if (!mayAsk(breaker, nowMs))
      return this.#decideWithout(checks, request, { failure: "counter object keeps failing", waitUntil });
    const asked = startAsking(breaker, nowMs);
    this.#setBreaker(object, asked);
    this.#fallback.ask(object, keys);
    const reply = await this.#calls.call(object, request, { timeoutMs: toTimeoutMs(checks), waitUntil });
    this.#fallback.endAsking(object, keys);
    // A full object refuses new keys alone: whoever invents them must not cut off the others.
    const isWell = !("failure" in reply) || reply.failure.includes(FULL_MESSAGE);
    // Others asked at the same time: what came of that is in the breaker as it is by now.
    const since = this.#breaker(object);
    const after = isWell
      ? recordSuccess(since, asked)
      : recordFailure(since, { nowMs: readClock(), isOverloaded: reply.isOverloaded });
    this.#setBreaker(object, after);
    if ("failure" in reply) {
      const late = step.phase === "take" ? reply.late : undefined;
      const decided = await this.#decideWithout(checks, request, { failure: reply.failure, late, waitUntil });
      if (late !== undefined) waitUntil(this.#reconcile(checks, { request, decided, late, waitUntil }));
      return decided;
    }
    this.#hear(checks, reply, waitUntil);
    const { verdicts, takenAtMs, client } = reply;
    return { verdicts, takenAtMs, failure: undefined, client };
  }

  /** Keeps what the object says is left for when it does not answer, and sends what it is owed from when it did not. */
  #hear({ object, keys }: ObjectChecks, reply: CounterReply, waitUntil: Caller["waitUntil"]): void {
    this.#fallback.hear(object, keys, { reply, nowMs: readClock() });
    const owed = this.#fallback.takeDebts(object);
    if (owed.length > 0) waitUntil(this.#payDebts(object, owed, reply.takenAtMs));
  }

  async #payDebts(object: string, keys: Settlement["keys"], takenAtMs: number): Promise<void> {
    const settlement = { version: MESSAGE_VERSION, id: crypto.randomUUID(), takenAtMs, keys } as const;
    try {
      await this.#calls.stub(object).settle(settlement);
      this.#fallback.endDebts(object, keys, true);
    } catch {
      // It may have arrived: then it is charged twice, and the counter can only under-admit for it.
      this.#fallback.endDebts(object, keys, false);
    }
  }

  /** Reads an answer that came after the request had been decided here: what both admitted is charged once. */
  async #reconcile(checks: ObjectChecks, { request, decided, late, waitUntil }: Late): Promise<void> {
    const { object } = checks;
    const reply = await Promise.race([late, scheduler.wait(BACKGROUND_MS)]);
    const answer = reply === undefined || "failure" in reply ? undefined : reply;
    const isTaken = answer !== undefined && isAllowed(checks, answer.verdicts);
    if (isAllowed(checks, decided.verdicts))
      this.#fallback.clear(object, toOwed(checks, decided.verdicts), isTaken);
    else if (isTaken) await this.#undo(checks, request.id, answer);
    if (answer !== undefined) this.#hear(checks, answer, waitUntil);
  }

  /** Gives back what the object has taken for a request that was refused here. */
  async #undo({ object, keys }: ObjectChecks, id: string, reply: CounterReply): Promise<void> {
    const { takenAtMs, policies } = toCommitted(reply);
    await this.settle(
      object,
      { version: MESSAGE_VERSION, id, takenAtMs, keys: toUndone(keys, policies) },
      undefined,
    );
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
    if (failure !== undefined) return { ...held, takenAtMs: this.#fallback.renew(request, nowMs) };
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
      this.#fallback.settle(object, settlement, readClock());
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
  async #decideWithout(
    checks: ObjectChecks,
    request: CounterRequest,
    { failure, late, waitUntil }: Unanswered,
  ): Promise<ObjectAnswer> {
    if (this.#neighbours !== undefined) await this.#neighbours.ask(checks, { waitUntil });
    const { object, rows } = checks;
    const keys = toLocal(checks);
    const whole = rows.flatMap(({ policy }) => (policy.onError === "local-full" ? [policy.name] : []));
    const nowMs = readClock();
    const decided = this.#fallback.decide(
      { ...request, keys },
      { object, wholePolicies: new Set(whole) },
      nowMs,
    );
    const verdicts = rows.map(
      ({ policy }) =>
        decided.verdicts.find((verdict) => verdict.policy === policy.name) ?? toRuleVerdict(policy),
    );
    this.#neighbours?.tell(checks, decided.verdicts, { waitUntil });
    // What one policy's rule refuses must not cost the others.
    if (!isAllowed(checks, verdicts)) this.#fallback.cancel({ ...request, keys }, nowMs);
    else if (request.phase === "take" || request.phase === "commit")
      this.#fallback.owe(object, toOwed(checks, verdicts), late !== undefined);
    return { verdicts, takenAtMs: decided.takenAtMs, failure };
  }
}

/** The shortest that a policy waits; shadow policies do not make the others wait for less. */
function toTimeoutMs({ rows }: ObjectChecks): number {
  const enforced = rows.filter(({ isShadow }) => !isShadow);
  return Math.min(...(enforced.length > 0 ? enforced : rows).map(({ policy }) => policy.timeoutMs));
}
