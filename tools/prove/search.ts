// Searches for the requests that make a limiter admit most in one window: a beam search over interesting instants and
// amounts, then hill climbing from the best that it found. Pure and repeatable: the seed is an argument.

/** The limiter under attack, with its state inside: every step returns a new one. */
export interface Target {
  /** Units that can be taken at this instant, by one request or by several at once. */
  readonly toRemaining: (nowMs: number) => number;
  /** The target after as many of the units as it gives, with when they go on; undefined when it gives none. */
  readonly take: (
    nowMs: number,
    units: number,
  ) => { readonly target: Target; readonly admitted: readonly Request[] } | undefined;
  /** The target after units taken at that time were given back; left out where an attacker cannot do that. */
  readonly release?: (nowMs: number, taken: Request) => Target;
  /** Later instants at which something may change. */
  readonly toInstants: (nowMs: number) => readonly number[];
}

export interface Attack {
  readonly target: Target;
  readonly startMs: number;
  readonly toWindowStartMs: (atMs: number) => number;
}

export interface Request {
  readonly atMs: number;
  readonly units: number;
}

export interface Finding {
  /** The most units that one window held. */
  readonly worst: number;
  readonly requests: readonly Request[];
}

export interface SearchOptions {
  readonly beamWidth: number;
  readonly depth: number;
  readonly climbs: number;
  readonly seed: number;
}

interface Path {
  readonly target: Target;
  readonly nowMs: number;
  readonly requests: readonly Request[];
  /** What went on and was not given back, by when. */
  readonly admitted: readonly Request[];
  readonly worst: number;
  readonly inLastWindow: number;
  /** What the last window would hold with all that is left now. */
  readonly promise: number;
}

export function searchWorst(attack: Attack, options: SearchOptions): Finding {
  const found = searchBeam(attack, options);
  return climb(attack, found, options);
}

function searchBeam(attack: Attack, { beamWidth, depth }: SearchOptions): Finding {
  let beam: readonly Path[] = [toStart(attack)];
  let best: Path | undefined;
  for (let level = 0; level < depth && beam.length > 0; level += 1) {
    beam = selectBest(
      beam.flatMap((path) => expand(attack, path)),
      beamWidth,
    );
    for (const path of beam) if (path.worst > (best?.worst ?? 0)) best = path;
  }
  return { worst: best?.worst ?? 0, requests: best?.requests ?? [] };
}

function toStart({ target, startMs }: Attack): Path {
  return { target, nowMs: startMs, requests: [], admitted: [], worst: 0, inLastWindow: 0, promise: 0 };
}

/** Every amount at every instant, and every release now. */
function expand(attack: Attack, path: Path): readonly Path[] {
  const next: Path[] = [];
  const instants = new Set([path.nowMs, ...path.target.toInstants(path.nowMs)]);
  for (const atMs of instants) {
    const most = path.target.toRemaining(atMs);
    for (const units of new Set([most, Math.ceil(most / 2), 1])) {
      const taken = units > 0 && units <= most ? take(attack, path, { atMs, units }) : undefined;
      if (taken !== undefined) next.push(taken);
    }
  }
  const released = path.target.release === undefined ? undefined : release(attack, path);
  return released === undefined ? next : [...next, released];
}

function take({ toWindowStartMs }: Attack, path: Path, request: Request): Path | undefined {
  const taken = path.target.take(request.atMs, request.units);
  if (taken === undefined) return undefined;
  const admitted = [...path.admitted, ...taken.admitted];
  const lastMs = admitted.at(-1)?.atMs ?? request.atMs;
  const inLastWindow = toUnitsSince(admitted, toWindowStartMs(lastMs));
  return {
    target: taken.target,
    nowMs: request.atMs,
    requests: [...path.requests, request],
    admitted,
    worst: Math.max(path.worst, inLastWindow),
    inLastWindow,
    promise: inLastWindow + taken.target.toRemaining(request.atMs),
  };
}

/** Gives back the oldest: what an attacker can do with permits in flight. */
function release({ toWindowStartMs }: Attack, path: Path): Path | undefined {
  const [oldest, ...admitted] = path.admitted;
  const target = oldest === undefined ? undefined : path.target.release?.(path.nowMs, oldest);
  if (oldest === undefined || target === undefined) return undefined;
  const requests = [...path.requests, { atMs: path.nowMs, units: -oldest.units }];
  const inLastWindow = toUnitsSince(admitted, toWindowStartMs(path.nowMs));
  return {
    ...path,
    target,
    requests,
    admitted,
    inLastWindow,
    promise: inLastWindow + target.toRemaining(path.nowMs),
  };
}

function toUnitsSince(admitted: readonly Request[], startMs: number): number {
  let units = 0;
  for (const request of admitted) if (request.atMs >= startMs) units += request.units;
  return units;
}

/** The best by what they have reached or could reach at once; of those alike, one. */
function selectBest(paths: readonly Path[], count: number): readonly Path[] {
  const kinds = new Map<string, Path>();
  for (const path of paths)
    kinds.set(`${path.nowMs} ${path.worst} ${path.inLastWindow} ${path.promise}`, path);
  const toReach = ({ worst, promise }: Path): number => Math.max(worst, promise);
  const byReach = (one: Path, other: Path): number =>
    toReach(other) - toReach(one) ||
    other.worst - one.worst ||
    other.promise - one.promise ||
    other.nowMs - one.nowMs;
  return [...kinds.values()].sort(byReach).slice(0, count);
}

/** Moves, resizes, doubles or drops one request at a time; keeps what is not worse. */
function climb(attack: Attack, found: Finding, { climbs, seed }: SearchOptions): Finding {
  const random = createRandom(seed);
  let best = found;
  for (let step = 0; step < climbs && best.requests.length > 0; step += 1) {
    const candidate = replay(attack, mutate(best.requests, attack, random));
    if (candidate.worst >= best.worst) best = candidate;
  }
  return best;
}

/** What a schedule gets: of each request as much as is left. Releases are left out. */
function replay(attack: Attack, schedule: readonly Request[]): Finding {
  let path = toStart(attack);
  for (const { atMs, units } of schedule) {
    const most = Math.min(units, path.target.toRemaining(atMs));
    if (most > 0) path = take(attack, path, { atMs, units: most }) ?? path;
  }
  return { worst: path.worst, requests: path.requests };
}

function mutate(
  requests: readonly Request[],
  { startMs, target }: Attack,
  random: (below: number) => number,
): readonly Request[] {
  const index = random(requests.length);
  const chosen = requests[index];
  if (chosen === undefined) return requests;
  const instants = target.toInstants(requests[random(requests.length)]?.atMs ?? startMs);
  const changes: readonly (readonly Request[])[] = [
    [],
    [chosen, { ...chosen, atMs: chosen.atMs + 1 }],
    [{ ...chosen, atMs: Math.max(startMs, chosen.atMs - 1 - random(3)) }],
    [{ ...chosen, atMs: chosen.atMs + 1 + random(3) }],
    [{ ...chosen, atMs: instants[random(instants.length)] ?? chosen.atMs }],
    [{ ...chosen, units: chosen.units * 2 }],
    [{ ...chosen, units: Math.max(1, chosen.units - 1 - random(3)) }],
  ];
  const changed = changes[random(changes.length)] ?? [];
  const mutated = [...requests.slice(0, index), ...changed, ...requests.slice(index + 1)];
  return mutated.filter(({ units }) => units > 0).sort((one, other) => one.atMs - other.atMs);
}

/** Whole numbers below a bound, the same for the same seed: mulberry32. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) % 0x1_0000_0000;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
