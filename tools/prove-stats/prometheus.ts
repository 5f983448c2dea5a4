// A real Prometheus that scrapes a gateway, and is asked what it stored.

import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { CommandError } from "../../src/cli/command-error.ts";

const START_MS = 20_000;
const PAUSE_MS = 100;

export interface Prometheus {
  /** The value of the one sample that the query has; undefined where it has none. */
  readonly query: (query: string) => Promise<number | undefined>;
  readonly stop: () => void;
}

interface Given {
  readonly folder: string;
  /** The gateway. */
  readonly url: URL;
  readonly token: string;
  readonly seconds: number;
}

export async function startPrometheus({ folder, url, token, seconds }: Given): Promise<Prometheus> {
  const configPath = join(folder, "prometheus.yml");
  const target = {
    job_name: "headgate",
    metrics_path: "/__headgate/v1/metrics",
    scrape_interval: `${seconds}s`,
    authorization: { credentials: token },
    static_configs: [{ targets: [url.host] }],
  };
  // JSON is YAML.
  await writeFile(configPath, JSON.stringify({ scrape_configs: [target] }));
  const port = await findPort();
  const child = spawn(
    "prometheus",
    [
      `--config.file=${configPath}`,
      `--storage.tsdb.path=${join(folder, "tsdb")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=error",
    ],
    { stdio: "ignore" },
  );
  const api = `http://127.0.0.1:${port}`;
  await untilReady(child, api);
  return {
    query: (query) => ask(api, query),
    stop: () => {
      child.kill();
    },
  };
}

async function untilReady(child: ChildProcess, api: string): Promise<void> {
  let failure: Error | undefined;
  child.once("error", (error) => {
    failure = error;
  });
  const deadlineMs = Date.now() + START_MS;
  while (Date.now() < deadlineMs) {
    if (failure !== undefined)
      throw new CommandError(`Cannot start prometheus (apt-get install prometheus): ${failure.message}`);
    if (await isReady(api)) return;
    await wait(PAUSE_MS);
  }
  child.kill();
  throw new CommandError("Cannot start prometheus: it was not ready in time");
}

async function isReady(api: string): Promise<boolean> {
  try {
    return (await fetch(`${api}/-/ready`)).ok;
  } catch {
    return false;
  }
}

async function ask(api: string, query: string): Promise<number | undefined> {
  const answer = await fetch(`${api}/api/v1/query?${new URLSearchParams({ query }).toString()}`);
  const { data } = (await answer.json()) as {
    readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
  };
  const [sample] = data.result;
  return sample === undefined ? undefined : Number(sample.value[1]);
}

async function findPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
