// Every format by its name. Add one here and in docs/configuration/observe.md.

import { elasticBulk } from "./elastic-bulk.ts";
import type { LogFormat } from "./format.ts";
import { loki } from "./loki.ts";
import { ndjson } from "./ndjson.ts";
import { otlp } from "./otlp.ts";
import { splunkHec } from "./splunk-hec.ts";

export const formats = {
  ndjson,
  "splunk-hec": splunkHec,
  "elastic-bulk": elasticBulk,
  loki,
  otlp,
} as const satisfies Record<string, LogFormat>;
