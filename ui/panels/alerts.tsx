// What needs an operator: alerts that fire, will fire, and are over, and whether those who are told can be reached.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { AlertsAnswer, ShownAlert, TestedChannel } from "../../src/core/alerts/alert-messages.ts";
import type { ApiError, Ask } from "../api.ts";
import { toExact, toMoment } from "../format.ts";
import { Table } from "../table.tsx";
import type { Polled } from "../use-polled.ts";

interface AlertsProps {
  readonly ask: Ask;
  readonly polled: Polled<AlertsAnswer>;
  /** Whether the token may send test messages. */
  readonly canTest: boolean;
}

const SHOWN_MAX = 100;
const ORDER: readonly ShownAlert["state"][] = ["firing", "pending", "resolved"];
const TONES: Readonly<Record<ShownAlert["state"], string>> = {
  firing: "bad",
  pending: "warn",
  resolved: "good",
};

export function Alerts({ ask, polled: { value, problem }, canTest }: AlertsProps): JSX.Element {
  return (
    <div class="card">
      {problem === undefined ? undefined : (
        <p class="problem">
          {value === undefined ? "No alert is known" : "These alerts are old"}: {problem.message}
        </p>
      )}
      {value === undefined ? undefined : value.rules === 0 ? (
        <p class="empty">
          No alert is sent: the configuration has no <code>alerts</code>.
        </p>
      ) : (
        <>
          <AlertTable alerts={value.alerts} />
          <h3>Who receives alerts</h3>
          <Channels channels={value.channels} />
          {canTest ? <Test ask={ask} /> : undefined}
        </>
      )}
    </div>
  );
}

export const countFiring = ({ alerts }: Pick<AlertsAnswer, "alerts">): number =>
  alerts.filter(({ state }) => state === "firing").length;

function AlertTable({ alerts }: Pick<AlertsAnswer, "alerts">): JSX.Element {
  const sorted = ORDER.flatMap((wanted) =>
    alerts
      .filter(({ state }) => state === wanted)
      .sort((a, b) => (b.endedMs ?? b.sinceMs) - (a.endedMs ?? a.sinceMs)),
  );
  const rest = sorted.length - SHOWN_MAX;
  return (
    <>
      <Table
        caption="Alerts of now and before"
        empty="Nothing needs you, and nothing did of late."
        head={["state", "what", "summary", "since", "until"]}
        words={[1, 2]}
        rows={sorted.slice(0, SHOWN_MAX).map(({ state, condition, summary, sinceMs, endedMs }) => [
          <span key="state" class={`badge ${TONES[state]}`}>
            {state}
          </span>,
          condition,
          summary,
          toMoment(sinceMs),
          endedMs === undefined ? "" : toMoment(endedMs),
        ])}
      />
      {rest > 0 ? <p class="note">and {toExact(rest)} more</p> : undefined}
    </>
  );
}

const Channels = ({ channels }: Pick<AlertsAnswer, "channels">): JSX.Element => (
  <Table
    caption="Channels of alerts"
    empty="No instance has reported what it sees yet."
    head={["channel", "sent", "waiting", "given up"]}
    rows={channels.map(({ channel, sent, waiting, failed }) => [
      <code key="channel">{channel}</code>,
      toExact(sent),
      toExact(waiting),
      <b key="failed" class={failed > 0 ? "bad" : ""}>
        {toExact(failed)}
      </b>,
    ])}
  />
);

interface Testing {
  readonly isAsking: boolean;
  readonly items?: readonly TestedChannel[];
  readonly problem?: string;
}

function Test({ ask }: Pick<AlertsProps, "ask">): JSX.Element {
  const [{ isAsking, items, problem }, set] = useState<Testing>({ isAsking: false });
  const send = async (): Promise<void> => {
    set({ isAsking: true });
    try {
      const answer = await ask<{ readonly items: readonly TestedChannel[] }>("alerts/test", {
        method: "POST",
      });
      set({ isAsking: false, items: answer.items });
    } catch (error) {
      set({ isAsking: false, problem: (error as ApiError).message });
    }
  };
  return (
    <>
      <div class="row">
        <button type="button" disabled={isAsking} onClick={() => void send()}>
          Send a test message
        </button>
        <span class="note">Every channel gets one, at once.</span>
      </div>
      <div role="status">
        {isAsking ? <p class="empty">Sending …</p> : undefined}
        {problem === undefined ? undefined : <p class="problem">{problem}</p>}
        {items === undefined ? undefined : (
          <Table
            caption="What came of the test messages"
            head={["channel", "test message", "answer"]}
            words={[1, 2]}
            rows={items.map(({ channel, isSent, detail }) => [
              <code key="channel">{channel}</code>,
              <span key="sent" class={`badge ${isSent ? "good" : "bad"}`}>
                {isSent ? "taken" : "not taken"}
              </span>,
              detail,
            ])}
          />
        )}
      </div>
    </>
  );
}
