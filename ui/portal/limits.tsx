// Limits, what is used and left of each, what is going to change, and which routes are going to end.

import type { JSX } from "preact";
import type { ShownConsumer, ShownLimit } from "../../src/core/portal/portal-answer.ts";
import { Bar } from "../bar.tsx";
import { NONE, toDuration, toExact, toMoment } from "../format.ts";
import { Table } from "../table.tsx";

/** From this share on a limit is nearly used up. */
const NEAR_SHARE = 0.8;

export function Limits({
  consumer: { limits, changes, retiring, isUnlimited },
}: {
  readonly consumer: ShownConsumer;
}): JSX.Element {
  return (
    <>
      {isUnlimited ? <p>From your address nothing is counted.</p> : undefined}
      <Table
        caption="Your limits, and what is left of them"
        empty="Nothing limits you."
        head={["limit of", "most", "used", "", "left", "all back in"]}
        words={[1]}
        rows={limits.map((limit) => [
          toName(limit),
          toMost(limit),
          toFigure(limit.used),
          <ShareBar limit={limit} />,
          toLeft(limit),
          limit.resetMs === undefined ? NONE : toDuration(limit.resetMs),
        ])}
      />
      {changes.length === 0 ? undefined : (
        <>
          <h3>Going to change</h3>
          <Table
            caption="Limits that are going to change"
            head={["limit of", "from", "to", "why"]}
            words={[1, 3]}
            rows={changes.map(({ policy, limit, fromMs, note = "" }) => [
              policy,
              toMoment(fromMs),
              limit === "unlimited" ? limit : toExact(limit),
              note,
            ])}
          />
        </>
      )}
      {retiring.length === 0 ? undefined : (
        <>
          <h3>Going to end</h3>
          <Table
            caption="Routes that are going to end"
            head={["route", "deprecated from", "may be gone from", "read more"]}
            words={[1, 2, 3]}
            rows={retiring.map(({ route, deprecatedMs, sunsetMs, page }) => [
              route,
              deprecatedMs === undefined ? NONE : toMoment(deprecatedMs),
              sunsetMs === undefined ? NONE : toMoment(sunsetMs),
              page === undefined ? NONE : <a href={page}>{new URL(page).host}</a>,
            ])}
          />
        </>
      )}
    </>
  );
}

function toName({ policy, methods, routes }: ShownLimit): string {
  const only = [...(methods ?? []), ...(routes ?? [])].join(" ");
  return only === "" ? policy : `${policy}, only ${only}`;
}

function toMost({ limit, windowMs, key }: ShownLimit): string {
  if (limit === "unlimited") return "unlimited";
  const time = windowMs === undefined ? "" : ` in ${toDuration(windowMs)}`;
  return `${toExact(limit)}${time} by ${key.join(", ")}`;
}

const toFigure = (figure: number | undefined): string => (figure === undefined ? NONE : toExact(figure));

function toLeft({ remaining, retryAfterMs, isUnknown, limit, key }: ShownLimit): string {
  if (isUnknown === true) return "not known now";
  if (remaining === undefined) return typeof limit === "number" && key.length > 0 ? "by request" : NONE;
  return retryAfterMs === undefined
    ? toExact(remaining)
    : `${toExact(remaining)}, again in ${toDuration(retryAfterMs)}`;
}

function ShareBar({ limit: { used, remaining } }: { readonly limit: ShownLimit }): JSX.Element {
  if (used === undefined || remaining === undefined) return <span />;
  const whole = used + remaining;
  const tone = remaining === 0 ? "denied" : used >= whole * NEAR_SHARE ? "near" : "allowed";
  return <Bar parts={[{ tone, value: used }]} whole={whole} />;
}
