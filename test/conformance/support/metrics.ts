// Metrics as their readers take them: samples of a scrape, what Prometheus' own tool finds wrong with it, and a receiver of
// OpenTelemetry's pushes.

import { execFile } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** By name and labels as they are written. */
export function readSamples(scraped: string): ReadonlyMap<string, number> {
  const lines = scraped.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

/** The sum of the samples whose name and labels begin so. */
export function sumOfSamples(samples: ReadonlyMap<string, number>, beginning: string): number {
  let sum = 0;
  for (const [name, value] of samples) if (name.startsWith(beginning)) sum += value;
  return sum;
}

/** What promtool says of a scrape: "" where it finds nothing. Rejects, and says what to install, where there is none. */
export function checkMetrics(scraped: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile("promtool", ["check", "metrics"], (error, stdout, stderr) => {
      if (error?.code === "ENOENT")
        reject(new Error("promtool cannot be started: .ci/run installs it (apt-get install prometheus)"));
      else resolve(stdout + stderr);
    });
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(scraped);
  });
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue: string };
}

export interface OtlpMetric {
  readonly name: string;
  readonly sum?: {
    readonly dataPoints: readonly { readonly attributes: readonly Attribute[]; readonly asDouble: number }[];
  };
  readonly histogram?: { readonly dataPoints: readonly { readonly count: string; readonly sum: number }[] };
}

export interface OtlpReceiver {
  readonly url: string;
  /** The newest push, and the credential that it came with; undefined: none came yet. */
  readonly newest: () => { readonly metrics: readonly OtlpMetric[]; readonly credential: string } | undefined;
  readonly close: () => Promise<void>;
}

interface Pushed {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly OtlpMetric[] }[];
  }[];
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  let newest: ReturnType<OtlpReceiver["newest"]>;
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const pushed = JSON.parse(await text(request)) as Pushed;
    const metrics = pushed.resourceMetrics.flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap((one) => one.metrics),
    );
    newest = { metrics, credential: request.headers.authorization ?? "" };
    response.end("{}");
  };
  const server = createServer((request, response) => {
    void receive(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`,
    newest: () => newest,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
