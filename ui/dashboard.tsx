// The page of who is signed in: figures from the top down in the order in which an operator asks for them.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { AlertsAnswer } from "../src/core/alerts/alert-messages.ts";
import type { StatsAnswer } from "../src/core/stats/stats-answer.ts";
import { type Action, ActionDialog } from "./actions.tsx";
import { type Ask, createAsk } from "./api.ts";
import type { Mark } from "./charts/time-chart.tsx";
import { toMoment } from "./format.ts";
import { type AuditView, toMarks } from "./marks.ts";
import { Alerts, countFiring } from "./panels/alerts.tsx";
import { Cache } from "./panels/cache.tsx";
import { Denials } from "./panels/denials.tsx";
import { Head } from "./panels/head.tsx";
import { Keys } from "./panels/keys.tsx";
import { Latency } from "./panels/latency.tsx";
import { Origins, Upstream } from "./panels/origins.tsx";
import { Policies, type PolicyView } from "./panels/policies.tsx";
import { Refusals } from "./panels/refusals.tsx";
import { Strip } from "./panels/strip.tsx";
import { Suspects } from "./panels/suspects.tsx";
import { Tail } from "./panels/tail.tsx";
import { type Range, RANGES, readFigures } from "./ranges.ts";
import type { Session } from "./sign-in.tsx";
import { Table } from "./table.tsx";
import { usePolled } from "./use-polled.ts";

interface DashboardProps {
  readonly session: Session;
  readonly onLeave: (problem?: string) => void;
}

const SETTINGS_EVERY_MS = 5_000;

export function Dashboard({ session: { token, canChange, canTest }, onLeave }: DashboardProps): JSX.Element {
  const ask = useMemo(() => createAsk(token), [token]);
  const [range, setRange] = useState<Range>(RANGES[0]);
  const [action, act] = useState<Action | undefined>();
  const { everyMs, name } = range;
  const polled = usePolled({ ask: () => readFigures(ask, range), everyMs, about: name });
  const settings = usePolled({ ask: () => readSettings(ask), everyMs: SETTINGS_EVERY_MS, about: "" });
  const alerts = usePolled({
    ask: () => ask<AlertsAnswer>("alerts"),
    everyMs: SETTINGS_EVERY_MS,
    about: "",
  });
  const isLost = [polled, settings].some(({ problem }) => problem?.code === "unauthorized");
  useEffect(() => {
    if (isLost) onLeave("The gateway does not know this token any more.");
  }, [isLost]);
  const { policies = [], audit = [] } = settings.value ?? {};
  const stats = polled.value;
  const marks = toMarks(audit, stats?.times[0] ?? Infinity);
  return (
    <>
      <Head
        range={range}
        onRange={setRange}
        polled={polled}
        firing={alerts.value === undefined ? 0 : countFiring(alerts.value)}
        onLeave={() => onLeave()}
      />
      <main class="board">
        <Section name="In short" isSaid>
          <Strip stats={stats} />
        </Section>
        {stats === undefined ? undefined : (
          <Section name="Decisions by policy">
            <Policies stats={stats} policies={policies} marks={marks} />
          </Section>
        )}
        {policies.length === 0 ? undefined : (
          <Section name="Headroom">
            <div class="stack">
              <Keys ask={ask} policies={policies} canChange={canChange} onAction={act} />
              {stats === undefined ? undefined : <Denials denials={stats.denials} />}
            </div>
          </Section>
        )}
        {stats === undefined ? undefined : <Traffic stats={stats} marks={marks} />}
        <Section name="Refused and failed, as it happens">
          <Tail ask={ask} />
        </Section>
        <Section name="Suspects">
          <Suspects ask={ask} />
        </Section>
        <Section name="Alerts" id="alerts">
          <Alerts ask={ask} polled={alerts} canTest={canTest} />
        </Section>
        <Section name="Changes">
          <Changes marks={marks} />
        </Section>
      </main>
      {action === undefined ? undefined : (
        <ActionDialog ask={ask} action={action} onDone={() => act(undefined)} />
      )}
    </>
  );
}

interface Settings {
  readonly policies: readonly PolicyView[];
  readonly audit: readonly AuditView[];
}

async function readSettings(ask: Ask): Promise<Settings> {
  const [policies, audit] = await Promise.all([
    ask<{ readonly items: readonly PolicyView[] }>("policies"),
    ask<{ readonly items: readonly AuditView[] }>("audit?limit=100"),
  ]);
  return { policies: policies.items, audit: audit.items };
}

interface SectionProps {
  readonly name: string;
  /** What a link leads to. */
  readonly id?: string;
  /** Whether its heading is for screen readers alone. */
  readonly isSaid?: boolean;
  readonly children: ComponentChildren;
}

function Section({ name, id, isSaid = false, children }: SectionProps): JSX.Element {
  return (
    <section aria-label={name} id={id}>
      <h2 class={isSaid ? "said" : ""}>{name}</h2>
      {children}
    </section>
  );
}

interface TrafficProps {
  readonly stats: StatsAnswer;
  readonly marks: readonly Mark[];
}

function Traffic({ stats, marks }: TrafficProps): JSX.Element {
  return (
    <>
      <div class="pair">
        <Section name="Where time goes">
          <Latency stats={stats} marks={marks} />
        </Section>
        <div class="stack">
          <Section name="Origins">
            <Origins origins={stats.origins} originTimes={stats.originTimes} now={stats.now} />
          </Section>
          <Section name="Cache">
            <Cache cache={stats.cache} />
          </Section>
          <Section name="Upstream quota and waiting lines">
            <Upstream now={stats.now} queue={stats.queue} />
          </Section>
        </div>
      </div>
      <Section name="Refusals">
        <Refusals refusals={stats.refusals} countries={stats.countries} asns={stats.asns} />
      </Section>
    </>
  );
}

/** The marks of all charts, in words. */
function Changes({ marks }: Pick<TrafficProps, "marks">): JSX.Element {
  return (
    <div class="card">
      <Table
        caption="Changes of the configuration in this time"
        empty="Nobody has changed anything in this time. A change stands in every chart as a dashed line."
        head={["at", "what"]}
        words={[1]}
        rows={marks.map(({ timeMs, text }) => [toMoment(timeMs), text])}
      />
    </div>
  );
}
