// Splunk's HTTP Event Collector, /services/collector/event: event objects one after the other, no array around them. `time`
// is seconds since the epoch, with milliseconds.
// Source: https://help.splunk.com/en/splunk-enterprise/get-data-in/collect-http-event-data/format-events-for-http-event-collector

import { toTimeMs } from "../log-line.ts";
import type { LogFormat } from "./format.ts";

export const splunkHec: LogFormat = {
  contentType: "application/json",
  encode: (entries, { name }) =>
    entries
      .map(({ line, shaped }) =>
        JSON.stringify({
          time: toTimeMs(line) / 1_000,
          host: name,
          source: "headgate",
          sourcetype: "_json",
          event: shaped,
        }),
      )
      .join("\n"),
};
