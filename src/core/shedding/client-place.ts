// Where a client stands among those that are let in while there is no room for all: at the same place for an hour, so that
// it is served as a whole or not at all, and at another one in the next, so that it is not the same ones for ever.

const HOUR_MS = 3_600_000;

/** From 0 to 1. `client` is a hash of the client's name. */
export function toClientPlace(client: number, nowMs: number): number {
  const hour = Math.floor(nowMs / HOUR_MS);
  return mix(client ^ Math.imul(hour, 0x9e_37_79_b1)) / 2 ** 32;
}

/** The last step of MurmurHash3: neighbours in, strangers out. */
function mix(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85_eb_ca_6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2_b2_ae_35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

const RETRY_MS = { from: 1_000, to: 4_000 } as const;

/** When a refused client may come again: not all of them at once. `chance` is from 0 to 1. */
export function toShedRetryMs(chance: number): number {
  return RETRY_MS.from + chance * (RETRY_MS.to - RETRY_MS.from);
}
