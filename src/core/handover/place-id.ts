// The id in the place where a caller asks for its answer: which route let it in, which object has the call, and a part that
// nobody guesses. Pure.

/** Objects of a deployment that keep calls: one caller's are in one of them. */
const SHARDS = 64;
const ROUTE_DIGITS = 8;
const SHARD_DIGITS = 2;
const ID = /^[0-9a-f]{8}[0-9a-f]{2}[0-9a-f]{32}$/;

export interface PlaceId {
  /** The beginning of the hash of the route's name. */
  readonly route: string;
  /** The name of the object. */
  readonly object: string;
}

/** `random` is 32 digits. Hashes are in hexadecimal, like it. */
export function toPlaceId(
  hashes: { readonly route: string; readonly owner: string },
  random: string,
): string {
  const shard = Number.parseInt(hashes.owner.slice(0, 8), 16) % SHARDS;
  return `${toRouteDigits(hashes.route)}${shard.toString(16).padStart(SHARD_DIGITS, "0")}${random}`;
}

/** undefined: it is none. So nobody makes objects by inventing ids. */
export function parsePlaceId(id: string): PlaceId | undefined {
  if (!ID.test(id)) return undefined;
  const shard = Number.parseInt(id.slice(ROUTE_DIGITS, ROUTE_DIGITS + SHARD_DIGITS), 16);
  return shard < SHARDS ? { route: id.slice(0, ROUTE_DIGITS), object: `calls:${shard}` } : undefined;
}

export function toRouteDigits(hash: string): string {
  return hash.slice(0, ROUTE_DIGITS);
}
