// A gateway through which requests are decided as ever, and nothing is taken: counter objects are only asked, and what this
// isolate knows of denials, leases and look-ups is read and not written. So whatever explains a request takes the very way
// that the request will take.

import type { LookUpReserve } from "../../core/consumers/look-up-reserve.ts";
import type { Leases } from "../../core/leases/isolate-leases.ts";
import type { Denials } from "../../core/policies/denial-cache.ts";
import type { ObjectAnswer } from "./counter-client.ts";
import type { Counters, Limiter } from "./limiter.ts";
import type { ObjectChecks } from "../../core/policies/object-checks.ts";

interface Peekable extends Limiter {
  readonly reserve: Pick<LookUpReserve, keyof LookUpReserve>;
}

export function toPeekingGateway<Gateway extends Peekable>(gateway: Gateway): Gateway {
  const { counters, denials, leases, reserve } = gateway;
  return {
    ...gateway,
    counters: peekCounters(counters),
    denials: peekDenials(denials),
    leases: peekLeases(leases),
    stats: undefined,
    reserve: { ...NOTHING_TAKEN, take: reserve.has.bind(reserve), has: reserve.has.bind(reserve) },
  };
}

const nothing = (): undefined => undefined;
const NOTHING_TAKEN = { giveBack: nothing, refuse: nothing };
const UNASKED: ObjectAnswer = { verdicts: [], takenAtMs: 0, failure: undefined };

/** Whatever step a decision takes, its object is asked what would come of it. */
function peekCounters(counters: Counters): Counters {
  return {
    ask: async (checks, { phase, id }, caller) =>
      phase === "release" ? UNASKED : counters.ask(withoutReports(checks), { phase: "peek", id }, caller),
    renew: (held) => Promise.resolve(held),
    giveBack: () => Promise.resolve(),
    settle: () => Promise.resolve(),
    confirm: nothing,
  };
}

/** A report would tell the object of units that nobody has spent. */
function withoutReports({ keys, ...checks }: ObjectChecks): ObjectChecks {
  const asked = keys.map(({ key, checks: own }) => ({
    key,
    checks: own.map((check) => ({ ...check, lease: undefined })),
  }));
  return { ...checks, keys: asked };
}

function peekDenials(denials: Denials): Denials {
  return {
    isEmpty: denials.isEmpty,
    find: denials.look.bind(denials),
    look: denials.look.bind(denials),
    peek: denials.peek.bind(denials),
    takeRefused: nothing,
    remember: nothing,
  };
}

/** What a lease has left says whether it would be enough; all else is the counter object's to say. */
function peekLeases(leases: Leases): Leases {
  const taken = new Map<string, number>();
  const toLeft: Leases["toLeft"] = (key, nowMs) => {
    const left = leases.toLeft(key, nowMs);
    const units = taken.get(key) ?? 0;
    return { ...left, units: left.units - units, remaining: Math.floor(left.remaining - units) };
  };
  return {
    seq: 0,
    take: (key, cost, nowMs) => {
      if (toLeft(key, nowMs).units < cost) return "ask";
      taken.set(key, (taken.get(key) ?? 0) + cost);
      return "taken";
    },
    toLeft,
    giveBack: (key, cost) => taken.set(key, (taken.get(key) ?? 0) - cost),
    isDue: () => false,
    report: nothing,
    reserve: nothing,
    commit: nothing,
    cancel: nothing,
    accept: nothing,
    fail: nothing,
    forgetDenials: nothing,
    noteDenial: nothing,
    noteRemaining: nothing,
  };
}
