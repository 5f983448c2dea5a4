// Grafana Loki's push API, POST /loki/api/v1/push: streams by their labels, each value with its time in nanoseconds as
// text (a number is refused). Labels come from few values, or Loki indexes without end: the event and its severity.
// Source: https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs

import { toSeverity } from "../log-line.ts";
import type { Entry, LogFormat } from "./format.ts";
import { toUnixNano } from "./unix-nano.ts";

export const loki: LogFormat = {
  contentType: "application/json",
  encode: (entries, { name }) => {
    const streams = Map.groupBy(entries, ({ line }) => line.event);
    return JSON.stringify({ streams: [...streams.values()].map((group) => toStream(group, name)) });
  },
};

function toStream(entries: readonly Entry[], name: string): unknown {
  const [first] = entries;
  if (first === undefined) return undefined;
  const { line } = first;
  return {
    stream: { service_name: name, event: line.event, level: toSeverity(line) },
    values: entries.map((entry) => [toUnixNano(entry.line), JSON.stringify(entry.shaped)]),
  };
}
