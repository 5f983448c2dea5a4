// A line in the Elastic Common Schema, version 8.17. What the schema has no field for stands under `headgate`.
// Source: https://www.elastic.co/guide/en/ecs/8.17/ecs-field-reference.html and its allowed values of event.kind,
// event.category, event.type and event.outcome.

import { isRequests, type LogLine, omitFields, toMessage, toSeverity } from "../log-line.ts";
import type { Sender, Shaped } from "./shape.ts";

const VERSION = "8.17.0";
const NS_PER_MS = 1_000_000;

const OUTCOMES: Readonly<Record<string, string>> = {
  allowed: "success",
  denied: "failure",
  failed: "failure",
  crashed: "failure",
};

const TYPES: Readonly<Record<string, string>> = {
  allowed: "allowed",
  denied: "denied",
  failed: "error",
  crashed: "error",
};

/** What has a field of the schema's own. */
const TAKEN: ReadonlySet<string> = new Set([
  "event",
  "time",
  "method",
  "requestId",
  "status",
  "code",
  "cause",
  "ms",
  "address",
  "consumer",
  "policy",
]);

export function toEcs(line: LogLine, { name }: Sender): Shaped {
  const { event, time } = line;
  const ms = line["ms"];
  return {
    "@timestamp": time,
    ecs: { version: VERSION },
    message: toMessage(line),
    event: {
      kind: "event",
      // What tells of no request falls in none of the schema's categories.
      category: isRequests(line) ? ["web"] : undefined,
      type: [TYPES[event] ?? "info"],
      action: event,
      outcome: OUTCOMES[event] ?? "unknown",
      code: line["code"],
      reason: line["cause"],
      duration: typeof ms === "number" ? Math.round(ms * NS_PER_MS) : undefined,
    },
    log: { level: toSeverity(line) },
    service: { name, type: "headgate" },
    http: omitEmpty({
      request: omitEmpty({ id: line["requestId"], method: line["method"] }),
      response: omitEmpty({ status_code: line["status"] }),
    }),
    client: omitEmpty({ ip: line["address"] }),
    user: omitEmpty({ name: line["consumer"] }),
    rule: omitEmpty({ name: line["policy"] }),
    headgate: omitFields(line, TAKEN),
  };
}

function omitEmpty(fields: Shaped): Shaped | undefined {
  return Object.values(fields).every((value) => value === undefined) ? undefined : fields;
}
