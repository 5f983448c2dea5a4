// What was used and refused in a day and in 30, side by side.

import type { JSX } from "preact";
import type { ShownPeriod, ShownUsage } from "../../src/core/portal/portal-answer.ts";
import { toExact } from "../format.ts";
import { Table } from "../table.tsx";

export function Usage({ usage }: { readonly usage: ShownUsage | undefined }): JSX.Element {
  if (usage === undefined) return <p class="empty">This gateway keeps no statistics.</p>;
  const { day, month, isPartial } = usage;
  const rowsOf = (read: (period: ShownPeriod) => readonly Counted[]): Rows => {
    const today = new Map(read(day));
    return read(month).map(([name, count]) => [name, toExact(today.get(name) ?? 0), toExact(count)]);
  };
  return (
    <>
      {isPartial ? <p class="problem">Figures of some part of the world are missing.</p> : undefined}
      <Table
        caption="What was used of each limit"
        empty="Nothing in 30 days."
        head={["used of", "24 hours", "30 days"]}
        rows={rowsOf(({ units }) => units.map(({ policy, units: count }) => [policy, count]))}
      />
      <h3>Refused</h3>
      <Table
        caption="Requests that a limit refused"
        empty="No limit refused a request in 30 days."
        head={["by the limit of", "24 hours", "30 days"]}
        rows={rowsOf(({ denials }) => denials.map(({ policy, count }) => [policy, count]))}
      />
      <Table
        caption="Why requests were refused or failed"
        empty="No request was refused or failed in 30 days."
        head={["why", "24 hours", "30 days"]}
        rows={rowsOf(({ reasons }) => reasons.map(({ code, count }) => [code, count]))}
      />
      {month.models.length === 0 ? undefined : (
        <>
          <h3>Models, in 30 days</h3>
          <Table
            caption="Calls of language models in 30 days"
            head={["model", "calls", "input tokens", "output tokens"]}
            rows={month.models.map(({ model, calls, inputTokens, outputTokens }) => [
              model,
              toExact(calls),
              toExact(inputTokens),
              toExact(outputTokens),
            ])}
          />
        </>
      )}
    </>
  );
}

type Counted = readonly [name: string, count: number];
type Rows = readonly (readonly string[])[];
