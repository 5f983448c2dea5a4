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
export function toWorst(suspects: readonly Suspect[], most: number): readonly Suspect[] {
  return [...suspects]
    .sort((one, other) => Number(other.banMs > 0) - Number(one.banMs > 0) || other.score - one.score)
    .slice(0, most);
}
