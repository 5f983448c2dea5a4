// The last decisions of a key that may still be corrected, kept with its counters and in its row. A settlement or a
// cancelling that comes again after the object was reset gives back once, and so does one that comes for the first time.

import * as v from "valibot";
import { storedCount, storedTimeMs } from "../algorithms/stored-state.ts";

export interface RecentDecision {
  readonly takenAtMs: number;
  /** Whether it was settled or cancelled. Otherwise it was committed, and may still be cancelled. */
  readonly isSettled: boolean;
  /** What each policy's share is settled to. */
  readonly units: ReadonlyMap<string, number>;
}

export interface DecisionRing {
  /** By id, the oldest first. */
  readonly recent: ReadonlyMap<string, RecentDecision>;
  /** No decision that was taken later has been settled and then forgotten here. */
  readonly settledUntilMs: number;
}

/** Each of them makes the row longer. */
const RECENT_MAX = 8;

/** What a ring that cannot be read settles. */
const EVERYTHING_MS = Number.MAX_SAFE_INTEGER;

const storedDecision = v.object({
  id: v.pipe(v.string(), v.maxLength(64)),
  takenAtMs: storedTimeMs,
  isSettled: v.boolean(),
  units: v.array(v.tuple([v.string(), storedCount])),
});
const storedRing = v.object({
  recent: v.pipe(v.array(storedDecision), v.maxLength(RECENT_MAX)),
  settledUntilMs: storedTimeMs,
});

/** Whether a decision that is not among the recent may have been settled already. */
export function isMaybeSettled(ring: DecisionRing | undefined, takenAtMs: number): boolean {
  return ring !== undefined && takenAtMs <= ring.settledUntilMs;
}

/** The ring with this decision as its newest. */
export function addDecision(
  ring: DecisionRing | undefined,
  id: string,
  decision: RecentDecision,
): DecisionRing {
  const recent = new Map(ring?.recent);
  recent.delete(id);
  recent.set(id, decision);
  let settledUntilMs = ring?.settledUntilMs ?? 0;
  const [oldest] = recent;
  if (recent.size > RECENT_MAX && oldest !== undefined) {
    recent.delete(oldest[0]);
    if (oldest[1].isSettled) settledUntilMs = Math.max(settledUntilMs, oldest[1].takenAtMs);
  }
  return { recent, settledUntilMs };
}

/** The ring after which nothing is given back that was taken by then, unless it is among the recent. */
export function settleUntil(ring: DecisionRing | undefined, untilMs: number): DecisionRing | undefined {
  if (untilMs <= (ring?.settledUntilMs ?? 0)) return ring;
  return { recent: ring?.recent ?? new Map<string, RecentDecision>(), settledUntilMs: untilMs };
}

/** The latest moment that the ring is of: it settles what was taken until then, or until `aheadMsMax` later. */
export function toRingMs({ recent, settledUntilMs }: DecisionRing, aheadMsMax: number): number {
  const settledMs = settledUntilMs === EVERYTHING_MS ? 0 : settledUntilMs - aheadMsMax;
  return Math.max(settledMs, ...[...recent.values()].map(({ takenAtMs }) => takenAtMs));
}

/** The ring as if all of it had happened so much earlier. */
export function setRingBack({ recent, settledUntilMs }: DecisionRing, byMs: number): DecisionRing {
  const toBack = (ms: number): number => (ms === EVERYTHING_MS ? ms : Math.max(0, ms - byMs));
  const earlier = [...recent].map(
    ([id, decision]) => [id, { ...decision, takenAtMs: toBack(decision.takenAtMs) }] as const,
  );
  return { recent: new Map(earlier), settledUntilMs: toBack(settledUntilMs) };
}

/** The stored ring; undefined: none. One that cannot be read settles nothing that was taken before it. */
export function readRing(stored: unknown): DecisionRing | undefined {
  if (stored === undefined) return undefined;
  const parsed = v.safeParse(storedRing, stored);
  if (!parsed.success) return { recent: new Map(), settledUntilMs: EVERYTHING_MS };
  const { recent, settledUntilMs } = parsed.output;
  const decisions = recent.map(({ id, units, ...rest }) => [id, { ...rest, units: new Map(units) }] as const);
  return { recent: new Map(decisions), settledUntilMs };
}

export function writeRing({ recent, settledUntilMs }: DecisionRing): v.InferInput<typeof storedRing> {
  const decisions = [...recent].map(([id, { takenAtMs, isSettled, units }]) => {
    return { id, takenAtMs, isSettled, units: [...units] };
  });
  return { recent: decisions, settledUntilMs };
}
