// Metrics as OpenTelemetry's over HTTP in JSON, POST /v1/metrics: cumulative sums, gauges and histograms with explicit
// edges. Protobuf's JSON mapping: lowerCamelCase names, 64-bit integers as text.
// Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp and opentelemetry-proto, metrics/v1/metrics.proto

import type { Distribution, Labels, MetricFamily, Sample } from "./metrics.ts";

const PREFIX = "headgate.";
/** AGGREGATION_TEMPORALITY_CUMULATIVE */
const CUMULATIVE = 2;

export interface OtlpGiven {
  /** The name of the deployment. */
  readonly name: string;
  /** Whose sums these are: receivers add up the objects of all continents. */
  readonly object: string;
  /** Since when is counted, and now. */
  readonly startMs: number;
  readonly nowMs: number;
}

interface Times {
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
}

export function toOtlpMetrics(families: readonly MetricFamily[], given: OtlpGiven): object {
  const times: Times = {
    startTimeUnixNano: toNano(given.startMs),
    timeUnixNano: toNano(given.nowMs),
  };
  const resource = { "service.name": given.name, "service.instance.id": given.object };
  return {
    resourceMetrics: [
      {
        resource: { attributes: toAttributes(resource) },
        scopeMetrics: [
          { scope: { name: "headgate" }, metrics: families.map((family) => toMetric(family, times)) },
        ],
      },
    ],
  };
}

function toMetric(family: MetricFamily, times: Times): object {
  const { help: description, type } = family;
  const name = PREFIX + family.name;
  if (type === "histogram") {
    const dataPoints = family.distributions.map((one) => toHistogramPoint(one, times));
    return { name, description, unit: "s", histogram: { aggregationTemporality: CUMULATIVE, dataPoints } };
  }
  const dataPoints = family.samples.map((one) => toNumberPoint(one, times));
  if (type === "gauge") return { name, description, gauge: { dataPoints } };
  return { name, description, sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints } };
}

function toNumberPoint({ labels, value }: Sample, times: Times): object {
  return { ...times, attributes: toAttributes(labels), asDouble: value };
}

/** Counts between the edges, where the text formats have counts up to each. */
function toHistogramPoint({ labels, buckets, count, sum }: Distribution, times: Times): object {
  const upTo = [...buckets.map(([, value]) => value), count];
  return {
    ...times,
    attributes: toAttributes(labels),
    count: String(count),
    sum,
    explicitBounds: buckets.map(([edge]) => edge),
    bucketCounts: upTo.map((value, at) => String(value - (upTo[at - 1] ?? 0))),
  };
}

function toAttributes(labels: Labels): readonly object[] {
  return Object.entries(labels).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

/** As text: as a number its last digits would be lost. */
function toNano(ms: number): string {
  return `${Math.floor(ms)}000000`;
}
