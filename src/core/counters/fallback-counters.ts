// The counters of one Worker instance (isolate) for keys whose counter object does not answer. It admits by its share of
// what the object last said was left, so that all instances together admit hardly more than the limit; what it admits it owes
// to the object, which charges it without a decision once it answers again. Pure: time is an argument.

import { toAlgorithm } from "../algorithms/registry.ts";
import { LruMap } from "../lru-map.ts";
import {
  type Check,
  type CheckVerdict,
  type CounterReply,
  type CounterRequest,
  type KeyChecks,
  MESSAGE_VERSION,
  type SettledCheck,
  type Settlement,
} from "./counter-messages.ts";
import { CounterTable } from "./counter-table.ts";
import { Debts } from "./debts.ts";
import {
  divideSettings,
  findShare,
  HEARD_MS,
  isHeld,
  type Share,
  type Shares,
  STRANGERS,
  toShareName,
} from "./share.ts";

/** Keys that an instance decides by itself at most. */
const KEYS_MAX = 10_000;
/** When a share is used up whole, or too small to be worth anything: the object may answer again by then. */
const RETRY_MS = 1_000;

/** Whose counters are divided, and which policies by the whole limit. */
interface Dividing {
  readonly object: string;
  readonly wholePolicies: ReadonlySet<string>;
}

interface Heard {
  readonly reply: CounterReply;
  readonly nowMs: number;
}

export class FallbackCounters {
  readonly #table = new CounterTable(
    { read: () => undefined, write: () => undefined, onForgotten: () => undefined },
    KEYS_MAX,
  );
  readonly #shares: Shares;
  readonly #debts = new Debts(KEYS_MAX);
  /** By object: what it is being asked. */
  readonly #asked = new Map<string, Set<readonly KeyChecks[]>>();
  /** Shares that have begun: what settles one once must not be taken for what settled the last. */
  #begun = 0;

  /** `shares`: what it knows of counters, for who tells other instances of it (neighbour-shares.ts). */
  constructor(shares: Shares = createShares()) {
    this.#shares = shares;
  }

  /** Notes what the object says is left of each counter; `keys` are those of the request that it answers. */
  hear(object: string, keys: readonly KeyChecks[], { reply, nowMs }: Heard): void {
    const { verdicts, askers = 1, takenAtMs } = reply;
    let index = 0;
    for (const { key, checks } of keys) {
      for (const check of checks) {
        const verdict = verdicts[index];
        index += 1;
        if (verdict === undefined) continue;
        const name = toShareName(key, check);
        const known = this.#shares.get(name);
        if (known !== undefined && isOvertaken(known.takenAtMs, takenAtMs)) continue;
        if (isHeld(check)) {
          // Permits that are in use here are known here alone, and go back one by one.
          const isUsed = known?.isUsed === true;
          this.#shares.set(name, { askers, remaining: undefined, heardMs: nowMs, takenAtMs, isUsed });
          continue;
        }
        if (known?.isUsed === true) this.#forget(key, check);
        const remaining = Math.max(0, verdict.remaining - this.#debts.sum(object, key, check));
        this.#shares.set(name, { askers, remaining, heardMs: nowMs, takenAtMs, isUsed: false });
      }
    }
  }

  /** Notes what an object is asked: until the answer is there, it may take from what this instance would divide. */
  ask(object: string, keys: readonly KeyChecks[]): void {
    const asked = this.#asked.get(object);
    if (asked === undefined) this.#asked.set(object, new Set([keys]));
    else asked.add(keys);
  }

  /** Notes that an answer is there, or is not waited for any longer. */
  endAsking(object: string, keys: readonly KeyChecks[]): void {
    const asked = this.#asked.get(object);
    asked?.delete(keys);
    if (asked?.size === 0) this.#asked.delete(object);
  }

  /** Decides by this instance's share of each counter; for `wholePolicies`, by the whole limit. */
  decide(request: CounterRequest, { object, wholePolicies }: Dividing, nowMs: number): CounterReply {
    const refused: CheckVerdict[] = [];
    const keys = request.keys.map(({ key, checks }) => ({
      key,
      checks: checks.flatMap((check) => {
        if (wholePolicies.has(check.policy)) return [{ ...check, lease: undefined }];
        const shared = this.#toShared(key, check, nowMs);
        if (shared !== undefined && this.#isLeft(object, { key, shared, request }, nowMs)) return [shared];
        refused.push(toRefusal(check));
        return [];
      }),
    }));
    const reply = this.#table.handle({ ...request, asker: undefined, keys }, nowMs);
    return { ...reply, verdicts: [...reply.verdicts.map((verdict) => toPossible(verdict)), ...refused] };
  }

  /** Whether the share has room for it beside all that the object is being asked, and may still answer in time. */
  #isLeft(
    object: string,
    {
      key,
      shared,
      request,
    }: { readonly key: string; readonly shared: Check; readonly request: CounterRequest },
    nowMs: number,
  ): boolean {
    const pending = isHeld(shared) ? 0 : this.#toPending(object, key, shared);
    if (pending === 0) return true;
    const checks = [{ ...shared, cost: shared.cost + pending }];
    const asked = { ...request, asker: undefined, phase: "peek", keys: [{ key, checks }] } as const;
    const [verdict] = this.#table.handle(asked, nowMs).verdicts;
    return verdict?.outcome === "allowed";
  }

  #toPending(object: string, key: string, { policy, plan }: Check): number {
    let units = 0;
    for (const keys of this.#asked.get(object) ?? []) {
      for (const asked of keys) {
        if (asked.key !== key) continue;
        for (const check of asked.checks)
          if (check.policy === policy && check.plan === plan) units += check.cost;
      }
    }
    return units;
  }

  /** Gives back what a decision of this instance's own has taken. */
  cancel(request: CounterRequest, nowMs: number): void {
    this.#table.handle({ ...request, phase: "release" }, nowMs);
  }

  renew(request: CounterRequest, nowMs: number): number {
    return this.#table.handle(request, nowMs).takenAtMs;
  }

  /** Corrects what a decision of this instance's own has taken, and what is owed for it. */
  settle(object: string, settlement: Settlement, nowMs: number): void {
    this.#table.settle(settlement, nowMs);
    for (const { key, checks } of settlement.keys) {
      for (const check of checks.filter((one) => !isHeld(one)))
        this.#debts.add(object, { key, check, units: check.actual - check.taken });
    }
  }

  /** Notes that the object has yet to charge what was admitted here; with `isDoubtful`: unless it does so by itself. */
  owe(object: string, keys: readonly KeyChecks[], isDoubtful = false): void {
    this.#debts.addChecks(object, toOwed(keys), isDoubtful ? { doubtful: 1 } : { units: 1 });
  }

  /** Says what came of a doubtful debt. */
  clear(object: string, keys: readonly KeyChecks[], isCharged: boolean): void {
    this.#debts.addChecks(object, toOwed(keys), { doubtful: -1, units: isCharged ? 0 : 1 });
  }

  /** What the object has to charge, now that it answers. Until endDebts() it may have done so, or not. */
  takeDebts(object: string): Settlement["keys"] {
    return this.#debts.take(object);
  }

  /** Says what came of debts that were taken: those that did not arrive are still owed. */
  endDebts(object: string, keys: Settlement["keys"], isCharged: boolean): void {
    for (const { key, checks } of keys) {
      for (const check of checks) {
        const units = isCharged ? 0 : check.actual;
        this.#debts.add(object, { key, check, units, doubtful: -check.actual });
      }
    }
  }

  /** The check as this instance's share of the limit decides it; undefined when that is nothing. */
  #toShared(key: string, check: Check, nowMs: number): Check | undefined {
    const name = toShareName(key, check);
    const share = findShare(this.#shares, name, nowMs) ?? toStranger(nowMs);
    const settings = divideSettings(check.settings, share.askers, share.remaining === undefined ? 1 : 0);
    if (settings === undefined) return undefined;
    const shared = { ...check, settings, lease: undefined };
    if (!share.isUsed) {
      share.isUsed = true;
      this.#shares.set(name, share);
      this.#begin(key, shared, share);
    }
    return shared;
  }

  /** The counter of a share begins with as much in use as leaves the share of what was left. */
  #begin(key: string, check: Check, { askers, remaining, heardMs }: Share): void {
    if (remaining === undefined || isHeld(check)) return;
    const { policy, algorithm, settings, plan } = check;
    const moment = { nowMs: heardMs, cost: 0 };
    const whole = toAlgorithm(algorithm).decide(settings, undefined, moment).remaining;
    const actual = whole - Math.floor(remaining / askers);
    if (actual <= 0) return;
    const used: SettledCheck = { policy, algorithm, settings, plan, taken: 0, actual };
    const keys = [{ key, checks: [used] }];
    this.#begun += 1;
    const settlement = {
      version: MESSAGE_VERSION,
      id: `share ${this.#begun}`,
      takenAtMs: heardMs,
      keys,
    } as const;
    this.#table.settle(settlement, heardMs);
  }

  #forget(key: string, { policy }: Check): void {
    this.#table.reset({ version: MESSAGE_VERSION, key, policies: [policy] });
  }
}

export function createShares(): Shares {
  return new LruMap(KEYS_MAX);
}

/** Held units are owed to nobody: they go back by themselves. */
function toOwed(keys: readonly KeyChecks[]): readonly KeyChecks[] {
  return keys.map(({ key, checks }) => ({ key, checks: checks.filter((check) => !isHeld(check)) }));
}

/** Whether a later answer has been heard already. A clock that was set back for long makes none later. */
function isOvertaken(heardMs: number, takenAtMs: number): boolean {
  return takenAtMs < heardMs && heardMs - takenAtMs < HEARD_MS;
}

/** The share of an instance that has never heard of a key. */
function toStranger(nowMs: number): Share {
  return { askers: STRANGERS, remaining: undefined, heardMs: nowMs, takenAtMs: 0, isUsed: false };
}

function toRefusal({ policy }: Check): CheckVerdict {
  return { policy, outcome: "denied", remaining: 0, retryAfterMs: RETRY_MS, resetMs: RETRY_MS };
}

/** What is too dear for a share is not too dear for the limit. */
function toPossible(verdict: CheckVerdict): CheckVerdict {
  if (verdict.outcome !== "impossible") return verdict;
  return { ...verdict, outcome: "denied", retryAfterMs: RETRY_MS };
}
