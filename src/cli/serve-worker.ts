// Serves a built Worker on workerd, through Miniflare, with the bindings that wrangler.toml names. Nothing here reaches
// the internet: no request metadata is fetched and no usage is reported.

import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";

const WRANGLER_CONFIG_PATH = fileURLToPath(new URL("../../wrangler.toml", import.meta.url));

export interface ServeOptions {
  readonly scriptPath: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Put over the vars of wrangler.toml. */
  readonly vars: Readonly<Record<string, string>>;
  /** A folder where counters and cached responses outlive the process. Default: they do not. */
  readonly persistTo?: string;
  /** Receives each line that the Worker logs. Default: printed. */
  readonly onLog?: (line: string) => void;
}

export interface ServedWorker {
  readonly url: URL;
  /** The Durable Objects behind a binding, as the Worker reaches them: for tests. */
  readonly getObjects: (binding: string) => ReturnType<Miniflare["getDurableObjectNamespace"]>;
  readonly close: () => Promise<void>;
}

/** Starts workerd and resolves when it answers. Throws when the port is taken. */
export async function serveWorker(options: ServeOptions): Promise<ServedWorker> {
  const { workerOptions } = unstable_getMiniflareWorkerOptions(WRANGLER_CONFIG_PATH);
  // The one file that is served needs no rules for others.
  const { modulesRules: _unused, ...wrangled } = workerOptions;
  const onLog = options.onLog ?? ((line: string) => console.log(line));
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...wrangled,
      modules: true,
      scriptPath: options.scriptPath,
      bindings: { ...(wrangled.bindings as Readonly<Record<string, string>>), ...options.vars },
      host: "127.0.0.1",
      port: options.port,
      cf: false,
      telemetry: { enabled: false },
      log: new Log(LogLevel.ERROR),
      handleStructuredLogs: ({ message }) => onLog(message),
      ...(options.persistTo === undefined ? {} : { resourcePersistencePath: options.persistTo }),
    }),
  );
  const url = await miniflare.ready;
  return {
    url,
    getObjects: (binding) => miniflare.getDurableObjectNamespace(binding),
    close: () => miniflare.dispose(),
  };
}
