// Where the traffic is: data centres on continents, each with a share that falls off by Zipf's law, and as many isolates
// as its traffic asks for.

const CONTINENTS = [
  ["EU", 0.33],
  ["NA", 0.35],
  ["AS", 0.2],
  ["SA", 0.06],
  ["OC", 0.04],
  ["AF", 0.02],
] as const;

export interface DataCentre {
  readonly name: string;
  readonly continent: string;
  readonly isolates: number;
}

/** The busiest come first. Isolates of one data centre share its traffic evenly. */
export function createWorld(isolates: number, dataCentres: number): readonly DataCentre[] {
  const shares = Array.from({ length: dataCentres }, (_, rank) => 1 / (rank + 4));
  const sum = shares.reduce((all, share) => all + share, 0);
  const held = new Map<string, number>();
  return shares.map((share, rank) => {
    const continent = findNeediest(held);
    held.set(continent, (held.get(continent) ?? 0) + share);
    return {
      name: `${continent}-${rank}`,
      continent,
      isolates: Math.max(1, Math.round((share / sum) * isolates)),
    };
  });
}

/** The continent that has least of its share so far. */
function findNeediest(held: ReadonlyMap<string, number>): string {
  const toNeed = ([name, share]: readonly [string, number]): number => (held.get(name) ?? 0) / share;
  return CONTINENTS.reduce<readonly [string, number]>(
    (neediest, one) => (toNeed(one) < toNeed(neediest) ? one : neediest),
    CONTINENTS[0],
  )[0];
}

/** Draws what has a weight; built once, drawn from often. */
export function createDraw(weights: readonly number[], random: () => number): () => number {
  let all = 0;
  const ends = weights.map((weight) => (all += weight));
  return () => {
    const at = random() * all;
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
