// Calls counter objects, one call for many requests: the first goes at once, and those that come while it is under way
// go together in the next. What crosses requests is plain values and promises of them: each request waits on a clock of
// its own, and the one that sends keeps the call going under waitUntil when its client leaves. Never throws.

import {
  type CounterFailure,
  type CounterReply,
  type CounterRequest,
  MESSAGE_VERSION,
} from "../../core/counters/counter-messages.ts";
import { readAnswers, writeRequests } from "../../core/counters/counter-text.ts";
import { LruMap } from "../../core/lru-map.ts";
import type { Bindings } from "../../platform/bindings.ts";
import { inTime } from "../../platform/in-time.ts";

/** Requests in one call. */
const TOGETHER_MAX = 100;
/** Requests wait for a call under way no longer than this, nor than a share of their patience: it may be far, or stall. */
const GATHER_MS_MAX = 50;
const GATHER_SHARE = 0.1;
/** Objects that an isolate keeps ids of, and batches. */
const OBJECTS_MAX = 10_000;

export interface CallFailure {
  readonly failure: string;
  readonly isOverloaded: boolean;
  /** What comes of the call after all, where nobody waits for it any longer. */
  readonly late?: Promise<CounterReply | CallFailure>;
}

export interface Caller {
  readonly timeoutMs: number;
  readonly waitUntil: (promise: Promise<unknown>) => void;
}

/** What an object answers to each request, or why it does not answer at all. */
type Answers = readonly (CounterReply | CounterFailure)[] | CallFailure;

interface Batch {
  readonly requests: CounterRequest[];
  readonly answered: Promise<Answers>;
  readonly resolve: (answers: Answers) => void;
  isSent: boolean;
  /** How long the least patient of its requests lets it wait for others. */
  gatherMs: number;
}

export class CounterCalls {
  readonly #namespace: Bindings["COUNTERS"];
  /** Ids are plain values and may outlive their request; stubs may not. */
  readonly #ids = new LruMap<string, DurableObjectId>(OBJECTS_MAX);
  /** By object: the batch that was sent last, as long as it has no answer. */
  readonly #underWay = new LruMap<string, Batch>(OBJECTS_MAX);
  /** By object: the batch that goes next. */
  readonly #gathering = new LruMap<string, Batch>(OBJECTS_MAX);

  constructor(namespace: Bindings["COUNTERS"]) {
    this.#namespace = namespace;
  }

  /** The object's reply, or why there is none within the caller's time. */
  async call(object: string, request: CounterRequest, caller: Caller): Promise<CounterReply | CallFailure> {
    const { timeoutMs } = caller;
    const gatherMs = Math.min(GATHER_MS_MAX, timeoutMs * GATHER_SHARE);
    const batch = this.#gathering.get(object) ?? createBatch();
    const index = batch.requests.push(request) - 1;
    const before = this.#underWay.get(object);
    if (before === undefined || batch.requests.length >= TOGETHER_MAX) {
      this.#send(object, batch, caller);
    } else if (gatherMs < batch.gatherMs) {
      batch.gatherMs = gatherMs;
      this.#gathering.set(object, batch);
      caller.waitUntil(this.#sendAfter(before, { object, batch, caller }));
    }
    const answers = await inTime(batch.answered, timeoutMs);
    // Whoever was to send it has died: the others must not wait for it too.
    if (!batch.isSent) this.#send(object, batch, caller);
    if (answers !== undefined) return pick(answers, index);
    const late = batch.answered.then((answered) => pick(answered, index));
    return { ...toFailure(`no answer within ${timeoutMs} ms`), late };
  }

  stub(object: string): ReturnType<Bindings["COUNTERS"]["get"]> {
    let id = this.#ids.get(object);
    if (id === undefined) {
      id = this.#namespace.idFromName(object);
      this.#ids.set(object, id);
    }
    return this.#namespace.get(id);
  }

  async #sendAfter(
    before: Batch,
    { object, batch, caller }: { readonly object: string; readonly batch: Batch; readonly caller: Caller },
  ): Promise<void> {
    await inTime(before.answered, batch.gatherMs);
    if (!batch.isSent) this.#send(object, batch, caller);
  }

  #send(object: string, batch: Batch, { waitUntil }: Caller): void {
    batch.isSent = true;
    if (this.#gathering.get(object) === batch) this.#gathering.delete(object);
    this.#underWay.set(object, batch);
    const settle = (answers: Answers): void => {
      if (this.#underWay.get(object) === batch) this.#underWay.delete(object);
      batch.resolve(answers);
    };
    waitUntil(this.#decide(object, batch.requests).then(settle));
  }

  /** Retried once where the platform says that it may help: with a new stub, for the old one is broken. */
  async #decide(object: string, requests: readonly CounterRequest[], how = AS_TEXT): Promise<Answers> {
    try {
      const stub = this.stub(object);
      return how.isText
        ? readAnswers(await stub.decideText(writeRequests(requests)))
        : await stub.decide(requests);
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      const isOverloaded = readFlag(error, "overloaded");
      if (how.isText && NO_METHOD.test(failure))
        return await this.#decide(object, requests, { ...how, isText: false });
      if (how.mayRetry && readFlag(error, "retryable") && !isOverloaded)
        return await this.#decide(object, requests, { ...how, mayRetry: false });
      return { failure, isOverloaded };
    }
  }
}

const AS_TEXT = { isText: true, mayRetry: true };
/** The platform's words: the object is still of a deployment that takes messages only as objects. */
const NO_METHOD = /does not implement .*"decideText"/;

function createBatch(): Batch {
  const { promise, resolve } = Promise.withResolvers<Answers>();
  return { requests: [], answered: promise, resolve, isSent: false, gatherMs: Infinity };
}

function pick(answers: Answers, index: number): CounterReply | CallFailure {
  return "failure" in answers ? answers : toAnswer(answers[index]);
}

function toAnswer(answer: CounterReply | CounterFailure | undefined): CounterReply | CallFailure {
  if (answer?.version !== MESSAGE_VERSION) return toFailure("counter reply of another version");
  return "failure" in answer ? toFailure(answer.failure) : answer;
}

function toFailure(failure: string): CallFailure {
  return { failure, isOverloaded: false };
}

/** The platform marks its errors by properties that no type declares. */
function readFlag(error: unknown, flag: "retryable" | "overloaded"): boolean {
  return typeof error === "object" && error !== null && (error as Record<string, unknown>)[flag] === true;
}
