// How far each thing is from an isolate in production, read from what places it: a Durable Object lives near whoever asked
// it first. So an object whose name has a continent, or belongs to one caller, is near; one that all share is far from
// most; so is whatever else is fetched, for it stands in one region.

export type Distance = "near" | "far" | "cache";

/** What a round trip takes, in milliseconds. */
export type Delays = Readonly<Record<Distance, number>>;

export const DELAYS: Delays = { near: 20, far: 120, cache: 3 };

/** Counters that all the world shares: core/keys/counter-key.ts names their objects so. */
const WORLD = /^world:/;

/** By binding, and by the object's name where that decides. */
const distances: Readonly<Record<string, Distance | ((name: string) => Distance)>> = {
  /** `<continent>:<shard>` and `credential:<hash>` are near. */
  COUNTERS: (name) => (WORLD.test(name) ? "far" : "near"),
  /** One for each continent. */
  SNAPSHOTS: "near",
  STATS: "near",
  /** One for the world. */
  PURGES: "far",
  CONTROL: "far",
  ALERTS: "far",
  WEBHOOKS: "far",
  CALLS: "far",
  /** One for each origin pool. */
  HEALTH: "far",
  FEEDBACK: "far",
  /** A naive limiter's: one for each client. */
  LIMITERS: "near",
};

/** Throws where nobody has said how far a binding's objects are. */
export function toDistance(binding: string, name: string): Distance {
  const distance = distances[binding];
  if (distance === undefined) throw new Error(`bench/world/distances.ts does not place ${binding}`);
  return typeof distance === "function" ? distance(name) : distance;
}
