// Figures over time: columns on top of each other, or lines. Arrow keys and the pointer move through the points, a screen
// reader hears them, and the same figures stand in a table.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { toClock, toMoment, toTick } from "../format.ts";
import { TableSwitch } from "../table.tsx";
import { pickTicks, toStack, toTop } from "./scale.ts";

export interface Series {
  readonly name: string;
  /** A colour's name in page.css. */
  readonly tone: string;
  /** One for each time; null where nothing was measured. */
  readonly values: readonly (number | null)[];
}

export interface Mark {
  readonly timeMs: number;
  readonly text: string;
}

export interface TimeChartProps {
  readonly title: string;
  readonly note?: string;
  readonly kind: "columns" | "lines";
  /** When each point's time begins. */
  readonly times: readonly number[];
  readonly stepMs: number;
  readonly series: readonly Series[];
  readonly marks: readonly Mark[];
  readonly format: (value: number | null | undefined) => string;
}

/** Of the drawing; the page stretches it. */
const HEIGHT = 100;
const TICKS_MAX = 6;

export function TimeChart(props: TimeChartProps): JSX.Element {
  const { title, note, kind, times, stepMs, series, format } = props;
  const [chosen, choose] = useState<number | undefined>();
  const last = times.length - 1;
  const at = chosen === undefined ? undefined : Math.min(chosen, last);
  const top = toTop(findMost(kind, series));
  const move = (event: KeyboardEvent): void => {
    const to = toMoved(event.key, at ?? last, last);
    if (to === undefined) return;
    event.preventDefault();
    choose(to);
  };
  const point = (event: PointerEvent): void => {
    const { left, width } = (event.currentTarget as Element).getBoundingClientRect();
    choose(Math.max(0, Math.min(last, Math.floor(((event.clientX - left) / width) * times.length))));
  };
  const span = stepMs * times.length;
  return (
    <figure class="chart">
      <figcaption>
        <h3>{title}</h3>
        {note === undefined ? undefined : <span class="note">{note}</span>}
        <When {...props} at={at} />
      </figcaption>
      <div
        class="plot"
        tabIndex={0}
        role="slider"
        aria-label={`${title}, over time`}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={at ?? Math.max(0, last)}
        aria-valuetext={toSaid(props, at ?? last)}
        onKeyDown={move}
        onPointerMove={point}
        onPointerLeave={() => choose(undefined)}
        onBlur={() => choose(undefined)}
      >
        <Drawing {...props} top={top} at={at} />
        <span class="y-top">{format(top)}</span>
        <span class="y-middle">{format(top / 2)}</span>
      </div>
      <div class="ticks" aria-hidden="true">
        {pickTicks(times.length, TICKS_MAX).map((tick) => (
          <span key={tick} style={{ left: `${(tick / times.length) * 100}%` }}>
            {toTick(times[tick] ?? 0, span)}
          </span>
        ))}
      </div>
      <Legend {...props} at={at} />
      <TableSwitch
        caption={title}
        head={["from", ...series.map(({ name }) => name)]}
        rows={() =>
          times
            .map((time, row) => [toMoment(time), ...series.map(({ values }) => format(values[row]))])
            .toReversed()
        }
      />
    </figure>
  );
}

interface DrawingProps extends TimeChartProps {
  readonly top: number;
  readonly at: number | undefined;
}

function Drawing({ kind, times, stepMs, series, marks, top, at }: DrawingProps): JSX.Element {
  const y = (value: number): number => HEIGHT - (value / top) * HEIGHT;
  const shapes = kind === "columns" ? toColumns(series, y) : toLines(series, y);
  const [first = 0] = times;
  return (
    <svg viewBox={`0 0 ${Math.max(1, times.length)} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {[0, HEIGHT / 2, HEIGHT].map((line) => (
        <path key={line} class="grid" d={`M0 ${line}H${times.length}`} />
      ))}
      {at === undefined ? undefined : <rect class="cursor" x={at} y={0} width={1} height={HEIGHT} />}
      {series.map(({ name, tone }, index) => (
        <path key={name} class={`${kind} tone-${tone}`} d={shapes[index]} />
      ))}
      {marks.map(({ timeMs, text }) => (
        <path key={timeMs + text} class="mark" d={`M${(timeMs - first) / stepMs} 0V${HEIGHT}`} />
      ))}
    </svg>
  );
}

/** In the chart's head, where it moves nothing. */
function When({ times, stepMs, marks, at }: LegendProps): JSX.Element {
  const time = at === undefined ? undefined : times[at];
  const near = time === undefined ? [] : findMarks(marks, time, stepMs);
  return (
    <span class="when" aria-hidden="true">
      {time === undefined ? "" : [toClock(time), ...near].join(" · ")}
    </span>
  );
}

/** What changed in one point's time. */
const findMarks = (marks: readonly Mark[], time: number, stepMs: number): readonly string[] =>
  marks.filter(({ timeMs }) => timeMs >= time && timeMs < time + stepMs).map(({ text }) => text);

function Legend({ series, format, kind, at }: LegendProps): JSX.Element {
  return (
    <p class="legend" aria-hidden="true">
      {series.map(({ name, tone, values }) => (
        <span key={name}>
          <i class={`swatch tone-${tone}`} />
          {name} <b>{format(at === undefined ? toWhole(kind, values) : values[at])}</b>
        </span>
      ))}
    </p>
  );
}

interface LegendProps extends TimeChartProps {
  readonly at: number | undefined;
}

/** Of columns the sum, of lines the newest that is known. */
function toWhole(kind: TimeChartProps["kind"], values: Series["values"]): number | undefined {
  const known = values.filter((value) => value !== null);
  return kind === "columns" ? known.reduce((sum, value) => sum + value, 0) : known.at(-1);
}

function toSaid({ times, series, marks, stepMs, format }: TimeChartProps, at: number): string {
  const time = times[at];
  if (time === undefined) return "no figures yet";
  const figures = series.map(({ name, values }) => `${name} ${format(values[at])}`);
  return [toMoment(time), ...figures, ...findMarks(marks, time, stepMs)].join(", ");
}

function toMoved(key: string, at: number, last: number): number | undefined {
  const moves: Readonly<Record<string, number>> = {
    ArrowLeft: at - 1,
    ArrowDown: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at + 1,
    PageDown: at - 10,
    PageUp: at + 10,
    Home: 0,
    End: last,
  };
  const to = moves[key];
  return to === undefined ? undefined : Math.max(0, Math.min(last, to));
}

function findMost(kind: TimeChartProps["kind"], series: readonly Series[]): number {
  const ends =
    kind === "columns"
      ? toStack(series.map(({ values }) => values.map((value) => value ?? 0))).flat()
      : series.flatMap(({ values }) => values.map((value) => ({ to: value ?? 0 })));
  return ends.reduce((most, { to }) => Math.max(most, to), 0);
}

function toColumns(series: readonly Series[], y: (value: number) => number): readonly string[] {
  const stack = toStack(series.map(({ values }) => values.map((value) => value ?? 0)));
  return stack.map((columns) =>
    columns
      .map(({ from, to }, at) => (to > from ? `M${at + 0.12} ${y(from)}V${y(to)}h.76V${y(from)}z` : ""))
      .join(""),
  );
}

/** A point in the middle of its time; where nothing is known the line is broken. */
function toLines(series: readonly Series[], y: (value: number) => number): readonly string[] {
  return series.map(({ values }) =>
    values
      .map((value, at) => {
        if (value === null) return "";
        return (values[at - 1] ?? null) === null ? `M${at + 0.3} ${y(value)}h.4` : `L${at + 0.5} ${y(value)}`;
      })
      .join(""),
  );
}
