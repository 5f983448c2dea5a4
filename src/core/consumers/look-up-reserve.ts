// Look-ups for an address that is locked out, because it showed too many credentials that nobody issued. One client that
// guesses, or that forgot to change its key, must not lock out all others there: as many look-ups as the limit of attempts
// has in a window go on, evenly spaced. What they find costs none of them; only guesses do. Pure, with time as an argument.

import { LruMap } from "../lru-map.ts";

const ADDRESSES_MAX = 10_000;
const REFUSED_MAX = 10_000;
/** A credential that was looked up in vain is not looked up again so soon: it would take what there is for others. */
const REFUSED_MS = 60_000;
/** What is saved up while nobody guesses, as a share of the limit. */
const SAVED_SHARE = 0.25;

interface Reserve {
  /** A look-up takes `windowMs` of it, and a millisecond brings `limit`: whole numbers, so that no rounding adds up. */
  readonly credit: number;
  readonly atMs: number;
}

export class LookUpReserve {
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #creditMax: number;
  readonly #reserves = new LruMap<string, Reserve>(ADDRESSES_MAX);
  /** When a credential, by its hash, was looked up in vain. */
  readonly #refused = new LruMap<string, number>(REFUSED_MAX);

  constructor({ limit, windowMs }: { readonly limit: number; readonly windowMs: number }) {
    this.#limit = limit;
    this.#windowMs = windowMs;
    this.#creditMax = Math.ceil(limit * SAVED_SHARE) * windowMs;
  }

  /** Whether a credential may be looked up, which takes one of them. An address that is new here has none yet. */
  take(address: string, hash: string, nowMs: number): boolean {
    if (this.#isRefused(hash, nowMs)) return false;
    const credit = this.#read(address, nowMs);
    const isTaken = credit >= this.#windowMs;
    this.#reserves.set(address, { credit: isTaken ? credit - this.#windowMs : credit, atMs: nowMs });
    return isTaken;
  }

  /** What take() would answer, and nothing is taken. */
  has(address: string, hash: string, nowMs: number): boolean {
    return !this.#isRefused(hash, nowMs) && this.#read(address, nowMs) >= this.#windowMs;
  }

  #isRefused(hash: string, nowMs: number): boolean {
    return nowMs - (this.#refused.get(hash) ?? -Infinity) < REFUSED_MS;
  }

  /** The look-up found somebody's credential, or could not be made. */
  giveBack(address: string, nowMs: number): void {
    const credit = Math.min(this.#creditMax, this.#read(address, nowMs) + this.#windowMs);
    this.#reserves.set(address, { credit, atMs: nowMs });
  }

  /** The look-up found that nobody issued this. */
  refuse(hash: string, nowMs: number): void {
    this.#refused.set(hash, nowMs);
  }

  #read(address: string, nowMs: number): number {
    const { credit, atMs } = this.#reserves.get(address) ?? { credit: 0, atMs: nowMs };
    return Math.min(this.#creditMax, credit + Math.max(0, nowMs - atMs) * this.#limit);
  }
}
