// The head of the page: which gateway, how long a time, and how old the figures are.

import type { JSX } from "preact";
import type { StatsAnswer } from "../../src/core/stats/stats-answer.ts";
import { toClock, toCount } from "../format.ts";
import { type Range, RANGES } from "../ranges.ts";
import type { Polled } from "../use-polled.ts";

interface HeadProps {
  readonly range: Range;
  readonly onRange: (range: Range) => void;
  readonly polled: Polled<StatsAnswer>;
  /** How many alerts fire. */
  readonly firing: number;
  readonly onLeave: () => void;
}

export function Head({ range, onRange, polled, firing, onLeave }: HeadProps): JSX.Element {
  const warnings = toWarnings(polled);
  return (
    <>
      <header>
        <h1>Headgate</h1>
        <span class="host">{location.host}</span>
        <fieldset class="ranges">
          <legend class="said">Time shown</legend>
          {RANGES.map((one) => (
            <label key={one.name}>
              <input type="radio" name="range" checked={one === range} onChange={() => onRange(one)} />
              {one.label}
            </label>
          ))}
        </fieldset>
        <span class={warnings.length === 0 ? "age" : "age old"} data-figure="state">
          <i aria-hidden="true" />
          {toState(polled)}
        </span>
        {firing === 0 ? undefined : (
          <a class="badge bad" href="#alerts">
            {toCount(firing)} {firing === 1 ? "alert fires" : "alerts fire"}
          </a>
        )}
        <button type="button" onClick={onLeave}>
          Sign out
        </button>
      </header>
      <div role="alert">
        {warnings.map((text) => (
          <p key={text} class="banner">
            {text}
          </p>
        ))}
      </div>
    </>
  );
}

function toState({ value, atMs, problem }: Polled<StatsAnswer>): string {
  if (value === undefined || atMs === undefined) return problem === undefined ? "asking" : "nothing known";
  return problem === undefined ? `live, ${toClock(atMs)}` : `old, of ${toClock(atMs)}`;
}

/** What a reader must know before the figures are believed. */
function toWarnings({ value, atMs, problem }: Polled<StatsAnswer>): readonly string[] {
  if (problem?.code === "stats-off")
    return ["Statistics are switched off in the configuration: stats is false."];
  const warnings: string[] = [];
  if (problem !== undefined) {
    const since = atMs === undefined ? "Nothing is known yet" : `These figures are from ${toClock(atMs)}`;
    warnings.push(`The statistics cannot be reached. ${since}. ${problem.message}`);
  }
  return value === undefined ? warnings : [...warnings, ...toMissing(value)];
}

function toMissing({ places: { unanswered }, lost }: StatsAnswer): readonly string[] {
  return [
    ...(unanswered.length === 0
      ? []
      : [`Figures of ${unanswered.join(", ")} are missing: nothing answered there.`]),
    ...(lost.reports === 0 ? [] : [`${lost.reports} reports of isolates never came.`]),
  ];
}
