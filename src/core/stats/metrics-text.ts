// Metrics as text: Prometheus' format 0.0.4, and OpenMetrics 1.0.
// Sources: https://prometheus.io/docs/instrumenting/exposition_formats/ and
// https://prometheus.io/docs/specs/om/open_metrics_spec/

import type { Distribution, Labels, MetricFamily, Sample } from "./metrics.ts";

const PREFIX = "headgate_";

export interface TextFormat {
  readonly contentType: string;
  readonly write: (families: readonly MetricFamily[]) => string;
}

const PROMETHEUS: TextFormat = {
  contentType: "text/plain; version=0.0.4; charset=utf-8",
  write: (families) => families.map((family) => writeFamily(family, { isOpen: false })).join(""),
};

const OPEN_METRICS: TextFormat = {
  contentType: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  write: (families) => `${families.map((family) => writeFamily(family, { isOpen: true })).join("")}# EOF\n`,
};

/** OpenMetrics for whoever takes it; Prometheus' own format for all others. */
export function chooseFormat(accept: string | null): TextFormat {
  return accept?.includes("application/openmetrics-text") === true ? OPEN_METRICS : PROMETHEUS;
}

/** A family without samples is left out: it would say nothing. */
function writeFamily(family: MetricFamily, { isOpen }: { readonly isOpen: boolean }): string {
  const { name: short, help, type } = family;
  const name = PREFIX + short;
  const lines =
    type === "histogram"
      ? family.distributions.flatMap((one) => writeDistribution(name, one))
      : family.samples.map((one) => writeSample(type === "counter" ? `${name}_total` : name, one));
  if (lines.length === 0) return "";
  // Only OpenMetrics tells a family of counters from its samples.
  const called = type === "counter" && !isOpen ? `${name}_total` : name;
  return [`# HELP ${called} ${help}`, `# TYPE ${called} ${type}`, ...lines, ""].join("\n");
}

function writeDistribution(name: string, { labels, buckets, count, sum }: Distribution): readonly string[] {
  return [
    ...buckets.map(([edge, value]) =>
      writeSample(`${name}_bucket`, { labels: { ...labels, le: String(edge) }, value }),
    ),
    writeSample(`${name}_bucket`, { labels: { ...labels, le: "+Inf" }, value: count }),
    writeSample(`${name}_sum`, { labels, value: sum }),
    writeSample(`${name}_count`, { labels, value: count }),
  ];
}

function writeSample(name: string, { labels, value }: Sample): string {
  return `${name}${writeLabels(labels)} ${value}`;
}

function writeLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escape(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
