// Pushes the sums of one stats object to a receiver of OpenTelemetry metrics. Cumulative: what one push misses the next
// one has.

import { toOtlpMetrics, type OtlpGiven } from "../core/stats/metrics-otlp.ts";
import type { MetricFamily } from "../core/stats/metrics.ts";
import type { OtlpSettings } from "../core/stats/stats-settings.ts";
import { writeLog } from "../platform/log.ts";

const TIMEOUT_MS = 5_000;

interface Pushing extends OtlpGiven {
  readonly settings: OtlpSettings;
  /** The deployment's secrets. */
  readonly secrets: Readonly<Record<string, unknown>>;
}

/** Never rejects. */
export async function pushMetrics(families: readonly MetricFamily[], pushing: Pushing): Promise<void> {
  const { settings, secrets } = pushing;
  try {
    const fields = Object.entries(settings.fields).map(([field, secret]) => [
      field,
      readSecret(secrets, secret),
    ]);
    const response = await fetch(settings.url, {
      method: "POST",
      // A redirect would carry the credentials to somebody else.
      redirect: "manual",
      headers: { "content-type": "application/json", ...Object.fromEntries(fields) },
      body: JSON.stringify(toOtlpMetrics(families, pushing)),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`status ${response.status}`);
  } catch (error) {
    writeLog("metrics-unsent", { cause: error instanceof Error ? error.message : String(error) });
  }
}

function readSecret(secrets: Readonly<Record<string, unknown>>, name: string): string {
  const value = secrets[name];
  if (typeof value !== "string" || value === "") throw new Error(`the secret ${name} is not set`);
  return value;
}
