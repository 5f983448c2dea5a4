// A counter object that counts how often it is asked, and fails as often as a test says: with the properties by which the
// platform marks its own errors.

import type {
  CounterFailure,
  CounterReply,
  CounterRequest,
  Settlement,
} from "../../src/core/counters/counter-messages.ts";
import { readRequests, writeAnswers } from "../../src/core/counters/counter-text.ts";
import { CounterObject } from "../../src/durable-objects/counter-object.ts";

export interface Failure {
  readonly retryable?: true;
  readonly overloaded?: true;
  /** The counter decides before its answer is lost. */
  readonly isDecided?: true;
}

export class ScriptedObject extends CounterObject {
  #calls = 0;
  #failures: readonly Failure[] = [];

  /** How the next calls fail, one each; those after them do not. */
  script(failures: readonly Failure[]): void {
    this.#failures = failures;
  }

  /** How often it was asked to decide or settle since the last time. */
  takeCalls(): number {
    const calls = this.#calls;
    this.#calls = 0;
    return calls;
  }

  override decide(requests: readonly CounterRequest[]): readonly (CounterReply | CounterFailure)[] {
    this.#calls += 1;
    const [failure, ...rest] = this.#failures;
    if (failure === undefined) return super.decide(requests);
    this.#failures = rest;
    const { isDecided = false, ...flags } = failure;
    if (isDecided) super.decide(requests);
    throw Object.assign(new Error("failed as scripted"), flags);
  }

  override decideText(requests: string): string {
    return writeAnswers(this.decide(readRequests(requests)));
  }

  override settle(settlement: Settlement): void {
    this.#calls += 1;
    super.settle(settlement);
  }
}
