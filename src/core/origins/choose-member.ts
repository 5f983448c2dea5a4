// Chooses the member of a pool that a request goes to: one that may be asked, primaries first, none twice while there is
// another; among equals by weight, at random or by the request's key. Pure: the random point is an argument.

import { type BreakerSettings, type BreakerState, mayAsk } from "./breaker.ts";
import type { OriginPool, PoolMember } from "./origin-pool.ts";

/** What is known of a member. */
export interface MemberState {
  readonly breaker: BreakerState;
  /** Active checks say so. */
  readonly isDown: boolean;
  /** When active checks last found it up again; -Infinity when they never found it down. */
  readonly upSinceMs: number;
}

export interface Chooser {
  readonly nowMs: number;
  /** From 0 to below 1. Without a key it is where among the members' weights the request lands. */
  readonly point: number;
  /** A hash of the request's affinity key. */
  readonly keyHash: number | undefined;
  /** Members that have been asked for this request. */
  readonly tried: readonly number[];
  /** Whether the request may try a member that has just failed: it can be sent again elsewhere. */
  readonly mayProbe: boolean;
}

/** The share of its weight that a member which came back starts with. */
const START_SHARE = 0.1;
const RANK_PROBE = 2;
const RANK_TRIED = 4;

/** The member's place in the pool; undefined when none may be asked. */
export function chooseMember(
  pool: OriginPool,
  states: readonly MemberState[],
  chooser: Chooser,
): number | undefined {
  const ranks = pool.members.map((member, at) =>
    toRank(pool.breaker, { member, at, state: states[at] }, chooser),
  );
  const best = Math.min(...ranks);
  if (best === Infinity) return undefined;
  const weights = ranks.map((rank, at) =>
    rank === best ? toWeight(pool, { at, state: states[at] }, chooser.nowMs) : 0,
  );
  return chooser.keyHash === undefined
    ? chooseByPoint(weights, chooser.point)
    : chooseByKey(pool.members, weights, chooser.keyHash);
}

/** From when on, in milliseconds, a pool of which no member may be asked may be asked again: 0 when it may be now. */
export function toWaitMs({ breaker }: OriginPool, states: readonly MemberState[], nowMs: number): number {
  const waits = states.map(({ breaker: state, isDown }) => {
    if (isDown) return breaker.openMs;
    return mayAsk(breaker, state, nowMs) ? 0 : state.untilMs - nowMs;
  });
  return Math.max(0, Math.min(...waits));
}

interface Placed {
  readonly at: number;
  readonly state: MemberState | undefined;
}

/** Lower goes first; Infinity is never asked. */
function toRank(
  settings: BreakerSettings,
  { member, at, state }: Placed & { readonly member: PoolMember },
  { nowMs, tried, mayProbe }: Chooser,
): number {
  if (state === undefined || state.isDown || !mayAsk(settings, state.breaker, nowMs)) return Infinity;
  const isProbe = !mayProbe && isUntried(settings, state.breaker, nowMs);
  return (tried.includes(at) ? RANK_TRIED : 0) + (isProbe ? RANK_PROBE : 0) + (member.isFallback ? 1 : 0);
}

/** Half-open, and left for a while to requests that lose nothing if it fails. Where none of those come, any will do. */
function isUntried({ openMs }: BreakerSettings, state: BreakerState, nowMs: number): boolean {
  return state.isOpen && state.probesSent === 0 && nowMs < state.untilMs + openMs;
}

/** A member that came back gets its share back little by little, or all that waited would meet it at once. */
function toWeight({ members, slowStartMs }: OriginPool, { at, state }: Placed, nowMs: number): number {
  const weight = members[at]?.weight ?? 0;
  if (state === undefined) return weight;
  const backForMs = nowMs - Math.max(state.breaker.closedAtMs, state.upSinceMs);
  if (backForMs >= slowStartMs) return weight;
  return weight * (START_SHARE + (1 - START_SHARE) * (Math.max(0, backForMs) / slowStartMs));
}

function chooseByPoint(weights: readonly number[], point: number): number | undefined {
  let rest = point * weights.reduce((sum, weight) => sum + weight, 0);
  let last: number | undefined;
  for (const [at, weight] of weights.entries()) {
    if (weight === 0) continue;
    if (rest < weight) return at;
    rest -= weight;
    last = at;
  }
  return last;
}

/**
 * Weighted rendezvous hashing (Thaler and Ravishankar 1998; weights as in Schindelhauer and Schomaker 2005): each member
 * draws a time from the key, the earliest wins. A member that comes or goes moves the keys of its own share alone.
 */
function chooseByKey(
  members: readonly PoolMember[],
  weights: readonly number[],
  keyHash: number,
): number | undefined {
  let chosen: number | undefined;
  let earliest = Infinity;
  for (const [at, weight] of weights.entries()) {
    if (weight === 0) continue;
    const drawn = -Math.log(toUnit(keyHash ^ (members[at]?.seed ?? 0))) / weight;
    if (drawn >= earliest && chosen !== undefined) continue;
    earliest = drawn;
    chosen = at;
  }
  return chosen;
}

/** MurmurHash3's finalizer, into the open interval from 0 to 1. */
function toUnit(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  mixed ^= mixed >>> 16;
  return ((mixed >>> 0) + 0.5) / 2 ** 32;
}
