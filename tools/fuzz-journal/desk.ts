// A counter object with a journal that is asked, settled with and crashed, and a log of what it let through, which is held
// against each policy's bound.

import { algorithms, toAlgorithm } from "../../src/core/algorithms/registry.ts";
import { type Check, MESSAGE_VERSION, type Phase } from "../../src/core/counters/counter-messages.ts";
import { CounterTable } from "../../src/core/counters/counter-table.ts";
import { Journal } from "../../src/core/counters/journal.ts";
import { IsolateLeases } from "../../src/core/leases/isolate-leases.ts";
import { toLeaseTerms } from "../../src/core/leases/lease-terms.ts";
import { type Bound, type Spending, toOverAdmission } from "../simulate-leases/exact-log.ts";
import { JournalMemory } from "./journal-memory.ts";

export const START_MS = 1_700_000_040_000;

interface Policy extends Bound {
  readonly name: string;
  readonly settings: unknown;
  /** Written as it is taken, and what comes back a moment later: one policy in four. */
  readonly isEstimate: boolean;
}

interface Taken {
  readonly id: string;
  readonly key: string;
  readonly policies: readonly Policy[];
  readonly takenAtMs: number;
  readonly spendings: readonly Spend[];
}

interface LoggedKey {
  readonly policy: Policy;
  readonly key: string;
  readonly spendings: Spend[];
}

interface Spend extends Spending {
  units: number;
}

/** When what came back is stored. */
const RETURNED_MS = 200;

const KINDS = ["token-bucket", "sliding-window", "fixed-window", "sliding-window-log"] as const;

export class Desk {
  readonly memory = new JournalMemory();
  readonly log = new Map<string, LoggedKey>();
  readonly policies: readonly Policy[];
  readonly taken: Taken[] = [];
  readonly #random: () => number;
  #journal = new Journal(this.memory, START_MS);
  #table = this.#open();
  #isolates: IsolateLeases;
  #ids = 0;
  readonly isLeasing: boolean;
  readonly #isPlain: boolean;
  denied = 0;
  #storeAtMs = Infinity;

  /** `isPlain`: one policy whose keys all come to their limit, and nothing that would hide a unit too many. */
  constructor(random: () => number, isPlain: boolean) {
    this.#random = random;
    this.#isolates = this.#openIsolate();
    this.isLeasing = random() < 0.4;
    this.#isPlain = isPlain;
    const count = isPlain ? 1 : 1 + Math.floor(random() * 3);
    this.policies = Array.from({ length: count }, (_, index) => this.#toPolicy(index));
  }

  get wakeMs(): number | undefined {
    return this.#journal.wakeMs;
  }

  tick(nowMs: number): void {
    this.#journal.tick(nowMs);
  }

  /** Writes what came back of estimates, where it is time. */
  store(nowMs: number): void {
    if (nowMs < this.#storeAtMs) return;
    this.#journal.nowMs = nowMs;
    this.#storeAtMs = Infinity;
    this.#table.storeReturned();
  }

  crash(nowMs: number): void {
    this.#storeAtMs = Infinity;
    this.#journal = new Journal(this.memory, nowMs);
    this.#table = this.#open();
    if (this.#random() < 0.2) this.#isolates = this.#openIsolate();
  }

  /**
   * Units that a key has left, above what it has if all that was let through is charged, and what is lent may still be spent.
   * Only without what changes that.
   */
  toForgotten(nowMs: number): number {
    this.#journal.nowMs = nowMs;
    let forgotten = 0;
    for (const { policy, key, spendings } of this.log.values()) {
      const { name, algorithm, settings } = policy;
      const check = { policy: name, algorithm, settings, cost: 0 };
      const request = {
        version: MESSAGE_VERSION,
        phase: "peek",
        id: "",
        keys: [{ key, checks: [check] }],
      } as const;
      const left = this.#table.handle(request, nowMs).verdicts[0]?.remaining ?? 0;
      const { charge, decide } = toAlgorithm(algorithm);
      let state: unknown;
      for (const { atMs, units } of spendings) state = charge(settings, state, { nowMs: atMs, units });
      const { units: lent } = this.#isolates.toLeft(toLeaseKey(policy, key), nowMs);
      forgotten += Math.max(0, left + lent - decide(settings, state, { nowMs, cost: 0 }).remaining);
    }
    return forgotten;
  }

  request(key: string, nowMs: number): void {
    const policies = this.policies.filter(() => this.#isPlain || this.#random() < 0.8);
    if (policies.length === 0) return;
    // Costs that nearly use up what a blanket covers for a key.
    const cost =
      !this.#isPlain && this.#random() < 0.8 ? 1 : 1 + Math.floor(this.#random() * (this.#isPlain ? 8 : 4));
    const [only] = policies;
    const mayLease = this.isLeasing && policies.length === 1;
    const share = this.#isPlain ? 0.9 : 0.5;
    if (mayLease && only !== undefined && !only.isEstimate && this.#random() < share)
      this.#lease(key, only, nowMs);
    else if (this.#random() < 0.1) this.#takeInSteps(key, { policies, cost }, nowMs);
    else this.#take("take", this.#toId(), { key, policies, cost, nowMs });
  }

  /** Corrects a decision of before, the last ones rather: nothing, less or more than it took. */
  settle(nowMs: number): void {
    const at = this.taken.length - 1 - Math.floor(this.#random() ** 2 * this.taken.length);
    const taken = this.taken[at];
    if (taken === undefined) return;
    this.#journal.nowMs = nowMs;
    const { id, key, policies, takenAtMs, spendings } = taken;
    const first = spendings[0]?.units ?? 0;
    const actual = this.#random() < 0.7 ? 0 : first + 1;
    const checks = policies.map(({ name, algorithm, settings, isEstimate }) => {
      return { policy: name, algorithm, settings, isEstimate, taken: first, actual };
    });
    this.#table.settle({ version: MESSAGE_VERSION, id, takenAtMs, keys: [{ key, checks }] }, nowMs);
    // What is charged beyond the limit later is no admission; what is refunded was none.
    if (actual === 0) for (const spending of spendings) spending.units = 0;
    this.taken.splice(at, 1);
  }

  toOver(): number {
    let over = 0;
    for (const { policy, spendings } of this.log.values())
      over += Math.max(0, Math.ceil(toOverAdmission(spendings, toBound(policy)) - 1e-6));
    return over;
  }

  #toPolicy(index: number): Policy {
    const algorithm = KINDS[Math.floor(this.#random() * KINDS.length)] ?? "token-bucket";
    // One in four is too small for a blanket.
    const isSmall = !this.#isPlain && this.#random() < 0.25;
    const [least, most] = this.#isPlain ? [60, 160] : isSmall ? [5, 19] : [20, 120];
    const limit = least + Math.floor(this.#random() * (most - least));
    const windowsMs = this.#isPlain ? [60_000, 120_000] : [5_000, 10_000, 60_000];
    const windowMs = windowsMs[Math.floor(this.#random() * windowsMs.length)] ?? 60_000;
    const parsed = algorithms[algorithm].parseConfig({ limit, window: `${windowMs}ms` });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
    const isEstimate = limit % 4 === 0;
    return {
      name: `p${index}`,
      algorithm,
      limit,
      windowMs,
      burst: limit,
      settings: parsed.value,
      isEstimate,
    };
  }

  #toId(): string {
    return `id ${(this.#ids += 1)}`;
  }

  #takeInSteps(
    key: string,
    { policies, cost }: { readonly policies: readonly Policy[]; readonly cost: number },
    nowMs: number,
  ): void {
    const id = this.#toId();
    const asked = { key, policies, cost, nowMs };
    if (this.#ask("hold", id, asked).isAllowed) this.#take("commit", id, asked);
  }

  #take(phase: Phase, id: string, asked: Asked): void {
    const { key, policies, cost, nowMs } = asked;
    const { isAllowed, takenAtMs } = this.#ask(phase, id, asked);
    if (!isAllowed) {
      this.denied += 1;
      return;
    }
    const spendings = policies.map((policy) => this.#spend(key, policy, { units: cost, atMs: nowMs }));
    this.taken.push({ id, key, policies, takenAtMs, spendings });
    if (this.taken.length > 200) this.taken.shift();
  }

  #ask(phase: Phase, id: string, { key, policies, cost, nowMs }: Asked): Reply {
    const checks = policies.map(({ name, algorithm, settings, isEstimate }): Check => {
      return { policy: name, algorithm, settings, cost, isEstimate };
    });
    return this.#handle(phase, id, { key, checks, nowMs });
  }

  #handle(
    phase: Phase,
    id: string,
    {
      key,
      checks,
      nowMs,
    }: { readonly key: string; readonly checks: readonly Check[]; readonly nowMs: number },
  ): Reply {
    this.#journal.nowMs = nowMs;
    const request = { version: MESSAGE_VERSION, phase, id, keys: [{ key, checks }] } as const;
    const { verdicts, takenAtMs } = this.#table.handle(request, nowMs);
    const isAllowed = verdicts.every(({ outcome }) => outcome === "allowed");
    return { isAllowed, takenAtMs, lease: verdicts[0]?.lease };
  }

  /** As an instance does that has a lease, or asks for one. */
  #lease(key: string, policy: Policy, nowMs: number): void {
    const { name, algorithm, settings } = policy;
    const terms = toLeaseTerms(algorithm, settings);
    if (terms === undefined) return;
    const leaseKey = toLeaseKey(policy, key);
    const answer = this.#isolates.take(leaseKey, 1, nowMs);
    if (answer.startsWith("taken")) this.#spend(key, policy, { units: 1, atMs: nowMs });
    const isAsking = answer === "ask";
    if (!isAsking && !answer.endsWith("renew")) return;
    const report = this.#isolates.report(leaseKey, { cost: 1, terms }, nowMs);
    const check = { policy: name, algorithm, settings, cost: isAsking ? 1 : 0, lease: report };
    const { isAllowed, lease } = this.#handle("take", this.#toId(), { key, checks: [check], nowMs });
    if (isAsking && isAllowed) this.#spend(key, policy, { units: 1, atMs: nowMs });
    if (report !== undefined)
      this.#isolates.accept(leaseKey, { seq: report.seq, grant: lease }, { sentMs: nowMs, nowMs });
  }

  #spend(key: string, policy: Policy, spending: Spending): Spend {
    const name = `${policy.name} ${key}`;
    const known = this.log.get(name) ?? { policy, key, spendings: [] };
    this.log.set(name, known);
    const spend = { ...spending };
    known.spendings.push(spend);
    return spend;
  }

  #openIsolate(): IsolateLeases {
    const name = `i${(this.#ids += 1)}`;
    return new IsolateLeases(() => name, 1_000);
  }

  #open(): CounterTable {
    const { readRow: read, writeRow: write } = this.memory;
    const onReturned = (): void => {
      this.#storeAtMs = Math.min(this.#storeAtMs, this.#journal.nowMs + RETURNED_MS);
    };
    return new CounterTable({ read, write, onForgotten, onReturned, journal: this.#journal }, 20);
  }
}

function toLeaseKey({ name }: Policy, key: string): string {
  return `${name} ${key}`;
}

interface Asked {
  readonly key: string;
  readonly policies: readonly Policy[];
  readonly cost: number;
  readonly nowMs: number;
}

interface Reply {
  readonly isAllowed: boolean;
  readonly takenAtMs: number;
  readonly lease: NonNullable<Parameters<IsolateLeases["accept"]>[1]["grant"]> | undefined;
}

/** What was let through of a log of times is bounded like a sliding window's. */
function toBound(policy: Policy): Policy {
  return policy.algorithm === "sliding-window-log" ? { ...policy, algorithm: "sliding-window" } : policy;
}

function onForgotten(): never {
  throw new Error("a record that cannot be read");
}
