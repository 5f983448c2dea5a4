// The origins: whether each may be asked, how it answers, what is left of its quotas, and who waits for those.

import type { JSX } from "preact";
import type { StatsAnswer } from "../../src/core/stats/stats-answer.ts";
import { Bar } from "../bar.tsx";
import { rank, sum } from "../figures.ts";
import { toCount, toDuration, toExact, toPercent } from "../format.ts";
import { Table } from "../table.tsx";

type States = Readonly<Record<string, number>>;
type OriginsProps = Pick<StatsAnswer, "origins" | "originTimes" | "now">;

export function Origins({ origins, originTimes, now }: OriginsProps): JSX.Element {
  const stateOf = (pool: string, origin: string): States =>
    now.pools.find((one) => one.pool === pool)?.origins.find((one) => one.origin === origin)?.states ?? {};
  const members = [...Map.groupBy(origins, ({ pool, origin }) => `${pool}\n${origin}`).values()];
  return (
    <div class="card">
      <Table
        caption="Origins and their state"
        empty="No origin was asked in this time."
        head={["origin", "state", "answers", "failed", "mostly with", "p50", "p99"]}
        words={[1, 4]}
        rows={members.map((rows) => {
          const [{ pool, origin } = { pool: "", origin: "" }] = rows;
          const results = rank(rows, ({ result }) => result);
          const failures = results.filter(({ name }) => isFailure(name));
          const failed = sum(failures.map(({ count }) => count));
          const answers = sum(results.map(({ count }) => count));
          const times = originTimes.find((one) => one.pool === pool && one.origin === origin)?.whole;
          return [
            <>
              {pool === "" ? undefined : <b>{pool} </b>}
              <code>{origin}</code>
            </>,
            <State key="state" states={stateOf(pool, origin)} />,
            toCount(answers),
            <b key="failed" class={failed > 0 ? "bad" : ""}>
              {toPercent(failed, answers)}
            </b>,
            failures[0]?.name ?? "",
            toDuration(times?.p50),
            toDuration(times?.p99),
          ];
        })}
      />
    </div>
  );
}

/** What is no status class is a problem's code: there was no answer. */
const isFailure = (result: string): boolean => result === "5xx" || !/^\dxx$/.test(result);

const WORDS: Readonly<Record<string, string>> = {
  closed: "up",
  open: "left alone",
  "half-open": "tried again",
  down: "down",
};

/** Isolates judge for themselves: where they differ, how many say what. */
function State({ states }: { readonly states: States }): JSX.Element {
  const said = Object.entries(states).filter(([, isolates]) => isolates > 0);
  return (
    <>
      {said.map(([state, isolates]) => (
        <span key={state}>
          <span class={`badge ${state === "closed" ? "good" : "bad"}`}>
            {WORDS[state] ?? state}
            {said.length === 1 ? "" : ` in ${isolates}`}
          </span>{" "}
        </span>
      ))}
    </>
  );
}

const QUEUE_WORDS: Readonly<Record<string, string>> = {
  waited: "waited, and were sent",
  rejected: "were refused",
  stale: "got what was stored",
  full: "found the queue full",
  too_long: "would have waited too long",
  late: "waited in vain",
  shed: "gave their place to others",
};

export function Upstream({ now: { usage, pools }, queue }: Pick<StatsAnswer, "now" | "queue">): JSX.Element {
  const lines = pools.filter(({ waiting }) => Object.keys(waiting).length > 0);
  const priorities = [...new Set(lines.flatMap(({ waiting }) => Object.keys(waiting)))];
  return (
    <div class="card">
      <h3>Quota that origins give us</h3>
      <Table
        caption="Quota that origins give us"
        empty="No origin has said how much of its quota is used."
        head={["pool", "quota", "used", "", "resets in"]}
        words={[1]}
        rows={usage.map(({ pool, quota, share, resetMs }) => [
          pool,
          quota,
          <b key="share" class={share >= 0.8 ? "bad" : ""}>
            {toPercent(share, 1)}
          </b>,
          <Bar key="bar" whole={1} parts={[{ tone: share >= 0.8 ? "denied" : "allowed", value: share }]} />,
          toDuration(resetMs),
        ])}
      />
      <h3>Who waits for it, by priority</h3>
      <Table
        caption="Requests that wait, by priority"
        empty="No pool has limits of its own, so nobody waits."
        head={["pool", ...priorities]}
        rows={lines.map(({ pool, waiting }) => [
          pool,
          ...priorities.map((name) => toExact(waiting[name] ?? 0)),
        ])}
      />
      <h3>Requests that found none</h3>
      <Table
        caption="Requests for which an origin's quota was used up"
        empty="There was quota for every request."
        head={["pool", "priority", "what became of them", "requests"]}
        words={[1, 2]}
        rows={[...Map.groupBy(queue, toQueued).values()].map((rows) => {
          const [{ pool, priority, result } = { pool: "", priority: "", result: "" }] = rows;
          const count = sum(rows.map(({ counts }) => sum(counts)));
          return [pool, priority, QUEUE_WORDS[result] ?? result, toCount(count)];
        })}
      />
    </div>
  );
}

const toQueued = ({ pool, priority, result }: StatsAnswer["queue"][number]): string =>
  [pool, priority, result].join("\n");
