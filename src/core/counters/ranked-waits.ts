// Who waits for a key's quota in other Worker instances (isolates), and before whom: so that a priority holds between
// instances as it does in the waiting line of one. What those wait for who have the earlier turn counts as reserved for calls
// of another priority, so it can only refuse, and never admits more. In memory only: each ask says it anew.

import { LruMap } from "../lru-map.ts";
import type { CallPlace, Check, CounterReply, CounterRequest } from "./counter-messages.ts";

interface Claim {
  readonly asker: string;
  readonly rank: number;
  readonly turnMs: number;
  readonly units: number;
  /** An instance that has not asked by then has ended. */
  readonly untilMs: number;
}

/** Claims on one policy of one key, those with the earliest turns. */
const CLAIMS_MAX = 64;
const RANKS_MAX = 3;
const MARGIN_MS_MAX = 30_000;

export class RankedWaits {
  readonly #claims: LruMap<string, readonly Claim[]>;

  constructor(keysMax: number) {
    this.#claims = new LruMap(keysMax);
  }

  /** The request with what it must leave to those who have the earlier turn. */
  reserve(request: CounterRequest, nowMs: number): CounterRequest {
    const { place, phase } = request;
    // A commit has its units already.
    if (place === undefined || (phase !== "take" && phase !== "hold") || this.#claims.size === 0)
      return request;
    const keys = request.keys.map(({ key, checks }) => ({
      key,
      checks: checks.map((check) => {
        const asideUnits = this.#toAside(`${key}\n${check.policy}`, request, nowMs);
        return asideUnits === 0 ? check : { ...check, asideUnits };
      }),
    }));
    return { ...request, keys };
  }

  /** Notes what is waited for where the request came from, now that it has been answered. */
  note({ place, phase, asker, keys }: CounterRequest, { verdicts }: CounterReply, nowMs: number): void {
    if (place === undefined || asker === undefined || (phase !== "take" && phase !== "hold")) return;
    let at = 0;
    for (const { key, checks } of keys) {
      for (const check of checks) {
        const verdict = verdicts[at];
        at += 1;
        const denied = verdict?.outcome === "denied" && check.isShadow !== true ? verdict : undefined;
        const claims = toClaims(asker, { place, check, deniedMs: denied?.retryAfterMs, nowMs });
        this.#replace(`${key}\n${check.policy}`, { asker, claims, nowMs });
      }
    }
  }

  #toAside(name: string, { place, asker }: CounterRequest, nowMs: number): number {
    if (place === undefined) return 0;
    const turnMs = nowMs - place.turnAgoMs;
    let units = 0;
    // Equals go as they come, as they did without priorities.
    for (const claim of this.#claims.get(name) ?? [])
      if (
        claim.untilMs > nowMs &&
        claim.asker !== asker &&
        claim.rank !== place.rank &&
        claim.turnMs < turnMs
      )
        units += claim.units;
    return units;
  }

  #replace(
    name: string,
    { asker, claims, nowMs }: { asker: string; claims: readonly Claim[]; nowMs: number },
  ): void {
    const known = this.#claims.get(name);
    if (known === undefined && claims.length === 0) return;
    const others = (known ?? []).filter((claim) => claim.asker !== asker && claim.untilMs > nowMs);
    const all = [...others, ...claims].toSorted((one, other) => one.turnMs - other.turnMs);
    if (all.length === 0) this.#claims.delete(name);
    else this.#claims.set(name, all.slice(0, CLAIMS_MAX));
  }
}

interface Answered {
  readonly place: CallPlace;
  readonly check: Check;
  /** undefined: it was not denied. */
  readonly deniedMs: number | undefined;
  readonly nowMs: number;
}

function toClaims(asker: string, { place, check, deniedMs, nowMs }: Answered): readonly Claim[] {
  const { rank, turnAgoMs, patienceMs } = place;
  const line = place.lines[check.policy];
  const marginMs = Math.min(Math.max(0, place.marginMs), MARGIN_MS_MAX);
  const againMs = Math.min(deniedMs ?? 0, line?.againMs ?? Infinity);
  const waits = [...(line?.others ?? [])];
  if (deniedMs !== undefined && againMs < patienceMs) waits.push({ rank, turnAgoMs, count: 1 });
  // After a denial one of them asks for all, and after an admission the next one does.
  const untilMs = nowMs + marginMs + (deniedMs === undefined ? Math.max(0, line?.waitMs ?? 0) : againMs);
  const ranks = Map.groupBy(waits, (one) => one.rank);
  return [...ranks].slice(0, RANKS_MAX).map(([own, same]) => ({
    asker,
    rank: own,
    turnMs: nowMs - Math.max(...same.map((one) => one.turnAgoMs)),
    units: check.cost * same.reduce((sum, { count }) => sum + count, 0),
    untilMs,
  }));
}
