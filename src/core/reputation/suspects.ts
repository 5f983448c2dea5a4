// Who is suspect or banned by reputation, as the counter objects that own the addresses know it.

import type { Standing } from "./score-messages.ts";
import type { Signals } from "./score.ts";

/** Of one counter object. */
export interface SuspectsQuestion {
  readonly version: 1;
  /** So many of them, those with the highest scores. */
  readonly most: number;
}

export interface Suspect {
  /** The client's address as keys have it. */
  readonly key: string;
  readonly standing: Exclude<Standing, "clear">;
  readonly score: number;
  /** How long it is still banned for. */
  readonly banMs: number;
  /** When it was last reported. */
  readonly lastMs: number;
  /** What is left of its points, by what they are for. */
  readonly points: Pick<Signals, "denied" | "faults" | "traps">;
}

export interface SuspectsAnswer {
  readonly suspects: readonly Suspect[];
  /** How many there are in all. */
  readonly count: number;
}

/** Who is banned first, then by score. */
export function toWorst<One extends Pick<Suspect, "banMs" | "score">>(
  suspects: readonly One[],
  most: number,
): readonly One[] {
  return [...suspects]
    .sort((one, other) => Number(other.banMs > 0) - Number(one.banMs > 0) || other.score - one.score)
    .slice(0, most);
}

/** A suspect as `GET /suspects` tells it. */
export interface ShownSuspect extends Pick<Suspect, "standing" | "score" | "banMs" | "points"> {
  readonly address: string;
  /** For what pages of other sites made a browser send. */
  readonly isOfOtherSites: boolean;
  readonly lastAtMs: number;
}

/** A page of `GET /suspects`: what some of the counter objects know. */
export interface SuspectsPage {
  readonly mode: "off" | "shadow" | "enforce";
  /** The worst of them. */
  readonly items: readonly ShownSuspect[];
  readonly count: number;
  readonly objects: { readonly asked: number; readonly unanswered: number };
  /** Where the next page begins; undefined: this is the last. */
  readonly next?: number | undefined;
}

/** Of 64 counter objects each. A configuration may have more: then `next` says that not all were asked. */
const PAGES_MAX = 100;

/** All pages put together. `ask` gets the query of one. */
export async function readSuspects(
  ask: (query: string) => Promise<SuspectsPage>,
  limit: number,
): Promise<SuspectsPage> {
  let found = await ask(`limit=${limit}`);
  for (let page = 1; page < PAGES_MAX && found.next !== undefined; page += 1) {
    const more = await ask(`limit=${limit}&cursor=${found.next}`);
    found = {
      ...more,
      items: toWorst([...found.items, ...more.items], limit),
      count: found.count + more.count,
      objects: {
        asked: found.objects.asked + more.objects.asked,
        unanswered: found.objects.unanswered + more.objects.unanswered,
      },
    };
  }
  return found;
}

/** "traps 20, faults 12": what there is most of comes first. */
export function describePoints(points: Suspect["points"]): string {
  return Object.entries(points)
    .filter(([, left]) => left >= 1)
    .sort(([, one], [, other]) => other - one)
    .map(([name, left]) => `${name} ${Math.round(left)}`)
    .join(", ");
}
