// Asks counter objects, in time or not at all. When one does not answer, each policy's onError decides: by the same
// algorithm in this isolate, open, or closed. Never throws.

import type { Policy } from "../core/config/config.ts";
import { CounterTable } from "../core/counters/counter-table.ts";
import {
  type CheckVerdict,
  type CounterReply,
  type CounterRequest,
  type KeyChecks,
  MESSAGE_VERSION,
  type Phase,
} from "../core/counters/messages.ts";
import type { Bindings } from "../platform/bindings.ts";
import { readClock } from "../platform/clock.ts";

/** Keys that an isolate decides by itself at most, while their counter objects do not answer. */
const LOCAL_KEYS_MAX = 10_000;
/** How long a refused client waits when the limiter itself cannot answer. */
const CLOSED_RETRY_MS = 1_000;

/** The policies of one request that one object decides. */
export interface Group {
  readonly object: string;
  readonly keys: readonly KeyChecks[];
  /** In the order of the keys' checks. */
  readonly policies: readonly Policy[];
}

export interface GroupAnswer {
  readonly verdicts: readonly CheckVerdict[];
  /** Why the object did not answer; undefined when it did. */
  readonly failure: string | undefined;
}

export class CounterClient {
  readonly #namespace: Bindings["COUNTERS"];
  /** Ids are plain values and may outlive their request; stubs may not. As many as there are objects. */
  readonly #ids = new Map<string, DurableObjectId>();
  readonly #local = new CounterTable(
    { read: () => undefined, write: () => undefined, onDamaged: () => undefined },
    LOCAL_KEYS_MAX,
  );

  constructor(namespace: Bindings["COUNTERS"]) {
    this.#namespace = namespace;
  }

  async ask(group: Group, phase: Phase, id: string): Promise<GroupAnswer> {
    const request: CounterRequest = { version: MESSAGE_VERSION, phase, id, keys: group.keys };
    try {
      const reply = await this.#call(group, request);
      if (reply.version !== MESSAGE_VERSION) throw new Error("counter reply of another version");
      return { verdicts: reply.verdicts, failure: undefined };
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      return { verdicts: this.#decideWithout(group, request), failure };
    }
  }

  async #call(group: Group, request: CounterRequest): Promise<CounterReply> {
    const timeoutMs = Math.min(...group.policies.map((policy) => policy.timeoutMs));
    const answer = this.#namespace.get(this.#id(group.object)).decide(request) as Promise<CounterReply>;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no answer within ${timeoutMs} ms`));
      }, timeoutMs);
    });
    try {
      return await Promise.race([answer, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  #id(object: string): DurableObjectId {
    let id = this.#ids.get(object);
    if (id === undefined) {
      id = this.#namespace.idFromName(object);
      this.#ids.set(object, id);
    }
    return id;
  }

  /** One verdict a policy, each by its own rule. */
  #decideWithout(group: Group, request: CounterRequest): readonly CheckVerdict[] {
    const rules = new Map(group.policies.map((policy) => [policy.name, policy]));
    const keys = group.keys.map(({ key, checks }) => ({
      key,
      checks: checks.filter((check) => rules.get(check.policy)?.onError === "local"),
    }));
    const local = this.#local.handle({ ...request, keys }, readClock());
    const decided = new Map(local.verdicts.map((verdict) => [verdict.policy, verdict]));
    return group.policies.map((policy) => decided.get(policy.name) ?? toRuleVerdict(policy));
  }
}

function toRuleVerdict({ name, limit, onError }: Policy): CheckVerdict {
  return onError === "closed"
    ? {
        policy: name,
        outcome: "denied",
        remaining: 0,
        retryAfterMs: CLOSED_RETRY_MS,
        resetMs: CLOSED_RETRY_MS,
      }
    : { policy: name, outcome: "allowed", remaining: limit, retryAfterMs: 0, resetMs: 0 };
}
