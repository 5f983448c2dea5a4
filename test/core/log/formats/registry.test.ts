// Each format's body against a schema of what its receiver documents, strict where the receiver refuses or ignores more.

import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { LogFormat } from "../../../../src/core/log/formats/format.ts";
import { formats } from "../../../../src/core/log/formats/registry.ts";
import { shapes } from "../../../../src/core/log/shapes/registry.ts";
import type { ToShape } from "../../../../src/core/log/shapes/shape.ts";
import { findIssues, LINES } from "../support.ts";

const BATCH_ID = "4b4c1f5e-0000-4000-8000-000000000000";
const SENDER = { name: "edge-eu" };

function encode(format: keyof typeof formats, shape: keyof typeof shapes, lines = LINES): string {
  const toShape: ToShape = shapes[shape];
  const entries = lines.map((line) => ({ line, shaped: toShape(line, SENDER) }));
  return formats[format].encode(entries, { ...SENDER, batchId: BATCH_ID });
}

function parseLines(body: string): readonly unknown[] {
  return body
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
}

const everyShape = Object.keys(shapes) as (keyof typeof shapes)[];
const json = v.record(v.string(), v.unknown());
const text = v.string();

/** A JSON text of nanoseconds: both Loki and OTLP refuse or round a number. */
const nanoseconds = v.pipe(v.string(), v.regex(/^\d{19}$/));

const hecEvent = v.strictObject({
  time: v.pipe(v.number(), v.minValue(1_700_000_000), v.maxValue(4_000_000_000)),
  host: text,
  source: text,
  sourcetype: text,
  event: json,
});

/** Labels of Prometheus: https://grafana.com/docs/loki/latest/get-started/labels/ */
const label = v.pipe(v.string(), v.regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/));
const lokiPush = v.strictObject({
  streams: v.array(
    v.strictObject({
      stream: v.record(label, text),
      values: v.pipe(v.array(v.strictTuple([nanoseconds, text])), v.minLength(1)),
    }),
  ),
});

/** AnyValue of opentelemetry-proto's common.proto in protobuf's JSON mapping: exactly one of them, int64 as text. */
const anyValue: v.GenericSchema = v.lazy(() =>
  v.union([
    v.strictObject({ stringValue: text }),
    v.strictObject({ boolValue: v.boolean() }),
    v.strictObject({ intValue: v.pipe(v.string(), v.regex(/^-?\d+$/)) }),
    v.strictObject({ doubleValue: v.number() }),
    v.strictObject({ arrayValue: v.strictObject({ values: v.array(anyValue) }) }),
  ]),
);
const attributes = v.array(v.strictObject({ key: v.pipe(text, v.minLength(1)), value: anyValue }));
const otlpLogs = v.strictObject({
  resourceLogs: v.array(
    v.strictObject({
      resource: v.strictObject({ attributes }),
      scopeLogs: v.array(
        v.strictObject({
          scope: v.strictObject({ name: text }),
          logRecords: v.array(
            v.strictObject({
              timeUnixNano: nanoseconds,
              observedTimeUnixNano: nanoseconds,
              severityNumber: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(24)),
              severityText: text,
              eventName: text,
              body: anyValue,
              attributes,
            }),
          ),
        }),
      ),
    }),
  ),
});

const bulkAction = v.strictObject({
  create: v.strictObject({ _id: v.pipe(text, v.maxBytes(512)) }),
});

describe.each(everyShape)("in the shape %s", (shape) => {
  it("ndjson: one object a line, the last with its line feed", () => {
    const body = encode("ndjson", shape);
    expect(body.endsWith("}\n")).toBe(true);
    expect(parseLines(body)).toHaveLength(LINES.length);
  });

  it("splunk-hec: event objects one after the other, with seconds since the epoch", () => {
    const events = parseLines(encode("splunk-hec", shape));
    expect(events).toHaveLength(LINES.length);
    for (const event of events) expect(findIssues(hecEvent, event)).toEqual([]);
    expect(events[0]).toMatchObject({ time: 1_795_874_531.402, host: "edge-eu" });
  });

  it("elastic-bulk: an action and a document for each line, with an id and @timestamp", () => {
    const body = encode("elastic-bulk", shape);
    expect(body.endsWith("}\n")).toBe(true);
    const written = parseLines(body);
    const actions = written.filter((_, at) => at % 2 === 0);
    const documents = written.filter((_, at) => at % 2 === 1);
    expect(actions).toHaveLength(LINES.length);
    for (const action of actions) expect(findIssues(bulkAction, action)).toEqual([]);
    expect(new Set(actions.map((action) => JSON.stringify(action))).size).toBe(LINES.length);
    expect(documents.map((one) => (one as Record<string, unknown>)["@timestamp"])).toEqual(
      LINES.map(({ time }) => time),
    );
    // Sent again it is the same: what came before is not stored twice.
    expect(encode("elastic-bulk", shape)).toBe(body);
  });

  it("loki: streams of few labels, nanoseconds as text", () => {
    const push = JSON.parse(encode("loki", shape)) as v.InferOutput<typeof lokiPush>;
    expect(findIssues(lokiPush, push)).toEqual([]);
    expect(push.streams.map(({ stream }) => stream["event"])).toEqual(["denied", "allowed", "origin"]);
    expect(push.streams[0]?.values[0]?.[0]).toBe("1795874531402000000");
    for (const { stream } of push.streams)
      expect(Object.keys(stream).sort()).toEqual(["event", "level", "service_name"]);
  });

  it("otlp: log records in protobuf's JSON mapping", () => {
    const body: unknown = JSON.parse(encode("otlp", shape));
    expect(findIssues(otlpLogs, body)).toEqual([]);
    const { resourceLogs } = body as v.InferOutput<typeof otlpLogs>;
    expect(resourceLogs[0]?.scopeLogs[0]?.logRecords).toHaveLength(LINES.length);
  });
});

it("otlp names the gateway's own fields by the semantic conventions where there are some", () => {
  const body = JSON.parse(encode("otlp", "headgate")) as v.InferOutput<typeof otlpLogs>;
  const [record] = body.resourceLogs[0]?.scopeLogs[0]?.logRecords ?? [];
  const named = new Map(record?.attributes.map(({ key, value }) => [key, value]));
  expect(named.get("http.request.method")).toEqual({ stringValue: "GET" });
  expect(named.get("http.response.status_code")).toEqual({ intValue: "429" });
  expect(named.get("client.address")).toEqual({ stringValue: "192.0.2.0" });
  expect(named.get("headgate.ms")).toEqual({ doubleValue: 2.5 });
  expect(named.get("headgate.units")).toEqual({
    arrayValue: { values: [{ intValue: "1" }, { intValue: "2" }] },
  });
  expect([...named.keys()]).not.toContain("headgate.cause");
});

const toFormat = (name: keyof typeof formats): LogFormat => formats[name];

describe("countRefused()", () => {
  const refusedBy = (format: keyof typeof formats, answer: unknown): number | undefined =>
    toFormat(format).countRefused?.(answer);

  it("elastic-bulk counts items that were refused, but none that had come before", () => {
    const items = [201, 409, 400, 429].map((status) => ({ create: { status } }));
    expect(refusedBy("elastic-bulk", { errors: true, items })).toBe(2);
    expect(refusedBy("elastic-bulk", { errors: false, items: [{ create: { status: 201 } }] })).toBe(0);
  });

  it("otlp reads the partial success, a number or its text", () => {
    expect(refusedBy("otlp", { partialSuccess: { rejectedLogRecords: "3" } })).toBe(3);
    expect(refusedBy("otlp", { partialSuccess: { rejectedLogRecords: 2 } })).toBe(2);
    expect(refusedBy("otlp", {})).toBe(0);
  });

  it.each(["elastic-bulk", "otlp"] as const)("%s takes any nonsense for no refusal", (format) => {
    for (const answer of [
      undefined,
      null,
      3,
      "x",
      [],
      { items: 1 },
      { items: [null, {}] },
      { partialSuccess: null },
    ])
      expect(refusedBy(format, answer)).toBe(0);
  });
});
