// Who gets what an origin can answer, where that is less than what is asked of it: the higher priorities first, and of the
// one that has to share the same clients for an hour, none of them more than a fifth while others are refused.

import { RANKS, type LoadView } from "./load.ts";

/** While others are refused, one client has at most so much of the room of its priority. */
const CLIENT_SHARE_MAX = 0.2;
/** So few are left over: their shares would be too small otherwise. */
const HEAVY_MAX = 8;
/** A rank that is open as a whole would not be the one that shares. */
export const NEARLY_ALL = 0.999_999;

export interface Demand {
  /** Requests a second, by rank. */
  readonly arrivals: readonly number[];
  /** The same of clients that send much. */
  readonly clients: readonly (readonly [client: number, rank: number, rate: number])[];
}

/** `room`: requests a second that are to be let in. */
export function shareRoom(room: number, { arrivals, clients }: Demand): Pick<LoadView, "open" | "heavy"> {
  let left = room;
  for (let rank = 0; rank < RANKS; rank += 1) {
    const asked = arrivals[rank] ?? 0;
    if (asked <= left) {
      left -= asked;
      continue;
    }
    const own = clients.filter(([, of, rate]) => of === rank && rate > left * CLIENT_SHARE_MAX);
    const heavy = own.toSorted(([, , a], [, , b]) => b - a).slice(0, HEAVY_MAX);
    const taken = heavy.reduce((sum, [, , rate]) => sum + rate, 0);
    const others = Math.max(0, asked - taken);
    const cap = toCap(
      heavy.map(([, , rate]) => rate),
      left,
      others,
    );
    const used = heavy.reduce((sum, [, , rate]) => sum + Math.min(rate, cap), 0);
    const share = others === 0 ? 1 : Math.min(1, Math.max(0, left - used) / others);
    return {
      open: rank + Math.min(share, NEARLY_ALL),
      heavy: heavy.map(([client, , rate]) => ({ client, share: Math.min(1, cap / rate) })),
    };
  }
  return { open: RANKS, heavy: [] };
}

/** What one client may have: an equal part of what the others leave, at least the share that nobody may exceed. */
function toCap(rates: readonly number[], room: number, others: number): number {
  let left = Math.max(0, room - others);
  let cap = 0;
  const rising = rates.toSorted((a, b) => a - b);
  for (const [at, rate] of rising.entries()) {
    cap = left / (rising.length - at);
    if (rate > cap) break;
    left -= rate;
    cap = Infinity;
  }
  return Math.max(cap, Math.min(room * CLIENT_SHARE_MAX, room / Math.max(1, rates.length)));
}
