// One play: a fleet starts all at once, as a deploy has it, is purged and has a key revoked, while requests go on.

import { createRandom } from "../simulate-leases/random.ts";
import { Fleet, type RoutePath, ROUTES } from "./fleet.ts";
import { VirtualTime } from "./virtual-time.ts";
import { createDraw, createWorld } from "./world.ts";

export interface PlayOptions {
  readonly isolates: number;
  readonly dataCentres: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly seed: number;
}

export interface AskedObject {
  readonly object: string;
  /** Calls a second: in the worst one, and in all of them. */
  readonly peak: number;
  readonly mean: number;
}

export interface Played {
  readonly objects: readonly AskedObject[];
  readonly answers: ReadonlyMap<number, number>;
  /** Answers that a purge, or a revocation, should have prevented. */
  readonly late: { readonly purged: number; readonly revoked: number };
  readonly isolates: number;
}

/** Of requests, in the order of ROUTES. */
const ROUTE_SHARES: Readonly<Record<RoutePath, number>> = {
  "/cached": 0.4,
  "/key": 0.2,
  "/pool": 0.37,
  "/upstream": 0.03,
};
const KEYS = 5_000;
/** When what happens, as shares of the time. */
const PURGE_AT = 0.3;
const REVOKE_AT = 0.4;

export async function play({
  isolates,
  dataCentres,
  perSecond,
  seconds,
  seed,
}: PlayOptions): Promise<Played> {
  const random = createRandom(seed);
  Math.random = random;
  const time = new VirtualTime();
  time.takeOver();
  const fleet = await Fleet.create({ time, keys: KEYS });
  const world = createWorld(isolates, dataCentres);
  const drawCentre = createDraw(
    world.map((centre) => centre.isolates),
    random,
  );
  const drawRoute = createDraw(
    ROUTES.map((path) => ROUTE_SHARES[path]),
    random,
  );
  const drawKey = createDraw(
    Array.from({ length: KEYS }, (_, rank) => 1 / (rank + 1)),
    random,
  );
  const lost: unknown[] = [];
  for (let sent = 0; sent < perSecond * seconds; sent += 1) {
    time.at((sent / perSecond) * 1_000, () => {
      const centre = world[drawCentre()];
      const path = ROUTES[drawRoute()];
      if (centre === undefined || path === undefined) return;
      const isolate = Math.floor(random() * centre.isolates);
      fleet.send(centre, isolate, { path, key: drawKey() }).catch((error: unknown) => lost.push(error));
    });
  }
  const endMs = seconds * 1_000;
  time.at(endMs * PURGE_AT, () => {
    fleet.purge();
  });
  time.at(endMs * REVOKE_AT, () => {
    fleet.revoke(0);
  });
  await time.passUntil(endMs);
  if (lost.length > 0) throw lost[0];
  return {
    objects: [...fleet.network.calls].map(([object, calls]) => toAsked(object, calls, seconds)),
    answers: fleet.answers,
    late: fleet.late,
    isolates: world.reduce((sum, centre) => sum + centre.isolates, 0),
  };
}

function toAsked(object: string, calls: readonly number[], seconds: number): AskedObject {
  const each = Array.from({ length: seconds }, (_, second) => calls[second] ?? 0);
  return { object, peak: Math.max(...each), mean: each.reduce((sum, count) => sum + count, 0) / seconds };
}
