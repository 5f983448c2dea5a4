// Load balancing: chooses the member of a pool that a request goes to. Only one that may be asked, primaries first, none
// twice while there is another; among equals by weight, at random or by the request's key. Pure: the random point is an
// argument.

import { type BreakerSettings, type BreakerState, CLOSED, mayAsk } from "./origin-breaker.ts";
import { type FailingPaths, isConcerned, NO_PATHS } from "./failing-paths.ts";
import type { OriginPool, PoolMember } from "./origin-pool.ts";

/** What is known of a member. */
export interface MemberState {
  readonly breaker: BreakerState;
  /** What an open breaker holds for. */
  readonly paths?: FailingPaths;
  /** Whether health checks found it down. */
  readonly isDown: boolean;
  /** Its account is refused as such, and is left alone until then. */
  readonly rejectedUntilMs?: number;
  /** When health checks last found it up again; -Infinity when they never found it down. */
  readonly upSinceMs: number;
}

export const UNKNOWN: MemberState = Object.freeze({ breaker: CLOSED, isDown: false, upSinceMs: -Infinity });

interface Candidate extends MemberState {
  readonly member: PoolMember;
  /** The member's place in the pool. */
  readonly at: number;
}

interface Weighted extends Pick<PoolMember, "seed" | "weight"> {
  readonly at: number;
}

export interface Chooser {
  readonly nowMs: number;
  /** From 0 to below 1. Without a key it chooses among the members' weights. */
  readonly point: number;
  /** A hash of the request's affinity key. */
  readonly keyHash: number | undefined;
  /** A hash of the request's path: a breaker may hold for others. undefined: every open one holds. */
  readonly path?: number | undefined;
  /** Members that have been asked for this request. */
  readonly tried: readonly number[];
  /** Members that have no quota now. */
  readonly barred?: readonly number[];
  /** How much of its quota each member has left, from 0 to 1, by its place; undefined: that is no reason to choose one. */
  readonly left?: readonly number[] | undefined;
  /** Whether the request may try a member that has just failed: it can be sent again elsewhere. */
  readonly mayProbe: boolean;
}

/** The share of its weight that a recovered member starts with. */
const START_SHARE = 0.1;
/** What is not worth telling apart: an isolate sees the use of others late. */
const LEFT_ALIKE = 0.02;
const RANK_PROBE = 2;
const RANK_TRIED = 4;

/** The member's place in the pool; undefined when none may be asked. */
export function chooseMember(
  pool: OriginPool,
  states: readonly MemberState[],
  chooser: Chooser,
): number | undefined {
  const candidates = pool.members.map((member, at) => ({ ...UNKNOWN, ...states[at], member, at }));
  const ranks = candidates.map((candidate) => toRank(pool.breaker, candidate, chooser));
  const best = Math.min(...ranks);
  if (best === Infinity) return undefined;
  const equals = keepFullest(
    candidates.filter(({ at }) => ranks[at] === best),
    chooser,
  ).map((candidate) => ({
    at: candidate.at,
    seed: candidate.member.seed,
    weight: toWeight(pool, candidate, chooser.nowMs),
  }));
  const { keyHash, point } = chooser;
  return (keyHash === undefined ? chooseByPoint(equals, point) : chooseByKey(equals, keyHash))?.at;
}

/** Milliseconds until some member of the pool may be asked again; 0 when one may be now. */
export function toWaitMs({ breaker }: OriginPool, states: readonly MemberState[], nowMs: number): number {
  const waits = states.map(({ breaker: state, isDown, rejectedUntilMs = -Infinity }) => {
    if (isDown) return breaker.openMs;
    if (nowMs < rejectedUntilMs) return rejectedUntilMs - nowMs;
    return mayAsk(breaker, state, nowMs) ? 0 : state.untilMs - nowMs;
  });
  return Math.max(0, Math.min(...waits));
}

/** Those that have most left, and for a request with a key all: it keeps to its own. */
function keepFullest(candidates: readonly Candidate[], { left, keyHash }: Chooser): readonly Candidate[] {
  if (left === undefined || keyHash !== undefined) return candidates;
  const most = Math.max(...candidates.map(({ at }) => left[at] ?? 1));
  return candidates.filter(({ at }) => (left[at] ?? 1) >= most - LEFT_ALIKE);
}

/** The order of a member: lower goes first; Infinity is never asked. */
function toRank(settings: BreakerSettings, candidate: Candidate, chooser: Chooser): number {
  const { member, at, isDown, breaker, paths = NO_PATHS } = candidate;
  const { nowMs, path, tried, mayProbe } = chooser;
  if (isKeptOut(candidate, chooser)) return Infinity;
  const isHeld = breaker.isOpen && isConcerned(settings, paths, path);
  if (isDown || (isHeld && !mayAsk(settings, breaker, nowMs))) return Infinity;
  const isProbe = isHeld && !mayProbe && isUntried(settings, breaker, nowMs);
  return (tried.includes(at) ? RANK_TRIED : 0) + (isProbe ? RANK_PROBE : 0) + (member.isFallback ? 1 : 0);
}

/** Its credential was refused a while ago, or its own quota bars it. */
function isKeptOut({ at, rejectedUntilMs = -Infinity }: Candidate, { nowMs, barred = [] }: Chooser): boolean {
  return nowMs < rejectedUntilMs || barred.includes(at);
}

/** Whether a half-open member is left to requests that can be sent again. After a while any other request tries it too. */
function isUntried({ openMs }: BreakerSettings, state: BreakerState, nowMs: number): boolean {
  return state.isOpen && state.probesSent === 0 && nowMs < state.untilMs + openMs;
}

/** The weight by now. A recovered member gets its share back little by little, or all requests would meet it at once. */
function toWeight(
  { slowStartMs }: OriginPool,
  { member: { weight }, breaker, upSinceMs }: Candidate,
  nowMs: number,
): number {
  const backForMs = nowMs - Math.max(breaker.closedAtMs, upSinceMs);
  if (backForMs >= slowStartMs) return weight;
  return weight * (START_SHARE + (1 - START_SHARE) * (Math.max(0, backForMs) / slowStartMs));
}

function chooseByPoint(equals: readonly Weighted[], point: number): Weighted | undefined {
  let rest = point * equals.reduce((sum, { weight }) => sum + weight, 0);
  for (const candidate of equals) {
    rest -= candidate.weight;
    if (rest < 0) return candidate;
  }
  return equals.at(-1);
}

/**
 * Weighted rendezvous hashing (Thaler and Ravishankar 1998; weights as in Schindelhauer and Schomaker 2005): each member
 * draws a time from the key, the earliest wins. A member that comes or goes moves the keys of its own share alone.
 */
function chooseByKey(equals: readonly Weighted[], keyHash: number): Weighted | undefined {
  const drawn = equals.map(({ seed, weight }) => -Math.log(toUnit(keyHash ^ seed)) / weight);
  return equals[drawn.indexOf(Math.min(...drawn))];
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
