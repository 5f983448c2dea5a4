// What a row says of one key, put into the time of an object whose clock was set back since: nothing of it may be in the
// future, where it would wait for its time to come again.

import { toAlgorithm } from "../algorithms/registry.ts";
import { toRowLease } from "../leases/counter-leases.ts";
import { setBanBack, toBanMadeMs } from "./ban.ts";
import type { CounterClock } from "./counter-clock.ts";
import { setRingBack, toRingMs } from "./decision-ring.ts";
import type { KeyCounters, StoredBan } from "./key-state.ts";
import type { LiveCounter } from "./write-ahead.ts";

/** What a row holds aside, and what it settles until then, ends later than it was written by less than this. */
const ASIDE_MS_MAX = 10_000;

type Clock = Pick<CounterClock, "toBackMs">;

/** Each counter and ban by itself: others may be of this time. The same object where nothing has to change. */
export function setKeyBack(counters: KeyCounters, clock: Clock): KeyCounters {
  const live = mapChanged(counters.live, (counter) => setCounterBack(counter, clock));
  const bans = mapChanged(counters.bans, (ban) => setStoredBanBack(ban, clock));
  const { decisions } = counters;
  const ringMs = decisions === undefined ? 0 : clock.toBackMs(toRingMs(decisions, ASIDE_MS_MAX));
  const ring = decisions === undefined || ringMs === 0 ? decisions : setRingBack(decisions, ringMs);
  if (live === counters.live && bans === counters.bans && ring === decisions) return counters;
  return { live, bans, decisions: ring };
}

function setCounterBack(live: LiveCounter, clock: Clock): LiveCounter {
  const { counter, ahead, expiresAtMs, cutMs } = live;
  const { atMs } = counter.state as { readonly atMs: number };
  const byMs = clock.toBackMs(Math.max(atMs, (ahead?.untilMs ?? 0) - ASIDE_MS_MAX));
  if (byMs === 0) return live;
  const { algorithm, state } = counter;
  // What is older than the aside part may be of this time already, and stays.
  const moved = {
    algorithm,
    state: clock.toBackMs(atMs) === 0 ? state : toAlgorithm(algorithm).setBack(state, byMs),
  };
  const back = {
    ...live,
    counter: moved,
    written: moved,
    expiresAtMs: expiresAtMs - byMs,
    cutMs: cutMs && Math.max(0, cutMs - byMs),
  };
  if (ahead === undefined) return back;
  const aside = { ...ahead, untilMs: ahead.untilMs - byMs };
  return { ...back, ahead: aside, leases: toRowLease(aside) };
}

function setStoredBanBack(ban: StoredBan, clock: Clock): StoredBan {
  const byMs = clock.toBackMs(toBanMadeMs(ban));
  return byMs === 0 ? ban : setBanBack(ban, byMs);
}

function mapChanged<Value>(
  map: ReadonlyMap<string, Value>,
  change: (value: Value) => Value,
): ReadonlyMap<string, Value> {
  const changed = new Map([...map].map(([key, value]) => [key, change(value)] as const));
  return [...map].every(([key, value]) => changed.get(key) === value) ? map : changed;
}
