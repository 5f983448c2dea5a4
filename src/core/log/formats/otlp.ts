// OpenTelemetry's logs over HTTP in JSON, POST /v1/logs: protobuf's JSON mapping with lowerCamelCase names and 64-bit
// integers as text. Lines of the gateway's own shape get the names of the semantic conventions where there are some.
// Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp and opentelemetry-proto, logs/v1/logs.proto

import { type LogLine, toMessage, toSeverity } from "../log-line.ts";
import type { Shaped } from "../shapes/shape.ts";
import type { Entry, LogFormat } from "./format.ts";
import { toUnixNano } from "./unix-nano.ts";

const SEVERITY_NUMBERS = { info: 9, warn: 13, error: 17 } as const;

/** https://opentelemetry.io/docs/specs/semconv/registry/attributes/ */
const CONVENTIONS: Readonly<Record<string, string>> = {
  method: "http.request.method",
  status: "http.response.status_code",
  address: "client.address",
};

export const otlp: LogFormat = {
  contentType: "application/json",
  encode: (entries, { name }) =>
    JSON.stringify({
      resourceLogs: [
        {
          resource: { attributes: [toAttribute("service.name", name)] },
          scopeLogs: [{ scope: { name: "headgate" }, logRecords: entries.map(toRecord) }],
        },
      ],
    }),
  countRefused: (answer) => {
    const { partialSuccess } = (answer ?? {}) as {
      readonly partialSuccess?: { readonly rejectedLogRecords?: unknown };
    };
    const refused = Number(partialSuccess?.rejectedLogRecords ?? 0);
    return Number.isSafeInteger(refused) && refused > 0 ? refused : 0;
  },
};

function toRecord({ line, shaped }: Entry): unknown {
  const severity = toSeverity(line);
  return {
    timeUnixNano: toUnixNano(line),
    observedTimeUnixNano: toUnixNano(line),
    severityNumber: SEVERITY_NUMBERS[severity],
    severityText: severity.toUpperCase(),
    eventName: `headgate.${line.event}`,
    body: { stringValue: toMessage(line) },
    attributes: shaped === line ? toOwnAttributes(line) : toAttributes(shaped, ""),
  };
}

function toOwnAttributes(line: LogLine): readonly unknown[] {
  return Object.entries(line).flatMap(([field, value]) =>
    value === undefined || field === "time"
      ? []
      : [toAttribute(CONVENTIONS[field] ?? `headgate.${field}`, value)],
  );
}

/** Nested objects become names with dots. */
function toAttributes(fields: Shaped, prefix: string): readonly unknown[] {
  return Object.entries(fields).flatMap(([field, value]) => {
    if (value === undefined) return [];
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return toAttributes(value as Shaped, `${prefix}${field}.`);
    return [toAttribute(prefix + field, value)];
  });
}

function toAttribute(key: string, value: unknown): unknown {
  return { key, value: toAnyValue(value) };
}

function toAnyValue(value: unknown): unknown {
  if (Array.isArray(value)) return { arrayValue: { values: value.map(toAnyValue) } };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value !== "number") return { stringValue: String(value) };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
