// Serves a built Worker on workerd, through Miniflare, with the bindings that wrangler.toml names. Nothing here reaches
// the internet: no request metadata is fetched and no usage is reported.

import { createServer } from "node:net";
import { dirname, resolve as resolvePath } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { CommandError } from "./command-error.ts";
import { addLocalToken } from "./local-token.ts";
import { CALLS } from "./own-parts.ts";
import { toPagePath } from "./paths.ts";
import { readWrangler } from "./read-wrangler.ts";

const WRANGLER_CONFIG_PATH = "wrangler.toml";

export interface ServeOptions {
  readonly scriptPath: string;
  /** Whether the dashboard stands beside the script. Default: there is none. */
  readonly hasPage?: boolean;
  /** 0 picks a free port. */
  readonly port: number;
  /** The address to listen on. Default: 127.0.0.1. */
  readonly host?: string;
  /** Put over the vars of wrangler.toml. */
  readonly vars: Readonly<Record<string, string>>;
  /** Names of bindings that send e-mail, beside those of wrangler.toml. What they send is kept in a local folder. */
  readonly mailers?: readonly string[] | undefined;
  /** A queue beside those of wrangler.toml, and who gets its messages, one at a time: for tests. */
  readonly queue?: ServedQueue | undefined;
  /** Whether the Cache API keeps what is written. Default: it does; false is as on workers.dev: for tests. */
  readonly keepsCache?: boolean | undefined;
  /** Scripts of Workers that it may call, by their bindings: for tests. */
  readonly services?: Readonly<Record<string, string>> | undefined;
  /** Static assets beside it, and the name of their binding: for tests. */
  readonly assets?: ServedAssets | undefined;
  /** The admin token where neither the vars nor .dev.vars have one. Default: there is none. */
  readonly localToken?: string | undefined;
  /** A folder where counters and cached responses outlive the process. Default: they do not. */
  readonly persistTo?: string;
  /** Where a debugger may connect, on 127.0.0.1; 0 picks a free port. Default: none may. */
  readonly inspectorPort?: number | undefined;
  /** Receives each line that the Worker logs. Default: printed. */
  readonly onLog?: (line: string) => void;
}

export interface ServedAssets {
  readonly directory: string;
  /** The name of their binding. */
  readonly binding: string;
}

export interface ServedQueue {
  /** The name of the binding that sends to it. */
  readonly binding: string;
  /** The script of a Worker. */
  readonly consumer: string;
}

export interface ServedWorker {
  readonly url: URL;
  /** Where a debugger may connect. */
  readonly inspectorUrl: URL | undefined;
  /** What opens its admin API, if only to read; undefined where it is off. */
  readonly readToken: () => string | undefined;
  /** The Durable Objects behind a binding, as the Worker reaches them: for tests. */
  readonly getObjects: (binding: string) => ReturnType<Miniflare["getDurableObjectNamespace"]>;
  /**
   * Serves this script with these variables and what wrangler.toml and .dev.vars say now, at the same address. Throws a
   * CommandError where that cannot be: what was served before then goes on.
   */
  readonly reload: (next: Pick<ServeOptions, "scriptPath" | "vars">) => Promise<void>;
  readonly close: () => Promise<void>;
}

const HOST = "127.0.0.1";
/** The name of a queue that is no binding of wrangler.toml. */
const QUEUE = "served";

/** Starts workerd and resolves when it answers. Throws a CommandError when the port is taken. */
export async function serveWorker(options: ServeOptions): Promise<ServedWorker> {
  await refuseTakenPort(options);
  let served = toServed(options, readWrangled());
  const miniflare = new Miniflare(toMiniflareOptions(served));
  const url = await miniflare.ready;
  const port = Number(url.port);
  served = { ...served, port };
  return {
    url,
    inspectorUrl: options.inspectorPort === undefined ? undefined : await miniflare.getInspectorURL(),
    readToken: () => {
      const { ADMIN_TOKEN, ADMIN_READ_TOKEN } = served.bindings;
      return [ADMIN_TOKEN, ADMIN_READ_TOKEN].find((token) => token !== undefined && token !== "");
    },
    getObjects: (binding) => miniflare.getDurableObjectNamespace(binding),
    reload: async ({ scriptPath, vars }) => {
      const next = toServed({ ...options, port, scriptPath: resolvePath(scriptPath), vars }, readWrangled());
      try {
        await miniflare.setOptions(toMiniflareOptions(next));
        await miniflare.ready;
        served = next;
      } catch (error) {
        await miniflare.setOptions(toMiniflareOptions(served));
        await miniflare.ready;
        const { message } = error as Error;
        throw new CommandError(`Cannot serve it: ${message.split("\n")[0]}`);
      }
    },
    close: () => miniflare.dispose(),
  };
}

/** The runtime's own words for it are a page long. */
async function refuseTakenPort({ port, host = HOST }: ServeOptions): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE") throw new CommandError(`Cannot listen on ${host}:${port}: ${message}`);
    throw new CommandError(
      `Cannot start: port ${port} is taken. Take another one: ${CALLS.startWith} --port ${port + 1}`,
    );
  } finally {
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }
}

type Wrangled = ReturnType<typeof unstable_getMiniflareWorkerOptions>["workerOptions"];

/** What wrangler.toml and .dev.vars say now. Each call prints that there is a .dev.vars, if there is: one a start. */
function readWrangled(): Wrangled {
  return readWrangler(() => unstable_getMiniflareWorkerOptions(WRANGLER_CONFIG_PATH)).workerOptions;
}

/** The proxy shows debuggers our Worker alone: the runtime has others of Miniflare's. */
const toInspected = (inspectorPort: number): object => ({ inspectorPort, unsafeInspectorProxy: true });

interface V4Module {
  readonly type: "ESModule" | "Data";
  readonly path: string;
}

function toModules({ scriptPath, hasPage = false }: ServeOptions): V4Module[] {
  const script: V4Module = { type: "ESModule", path: scriptPath };
  return hasPage ? [script, { type: "Data", path: toPagePath(scriptPath) }] : [script];
}

interface Mailers {
  readonly email: { readonly send_email: { readonly name: string }[] };
}

function toMailers({ email }: Wrangled, names: readonly string[]): Mailers {
  const own = (email as Mailers["email"] | undefined)?.send_email ?? [];
  return { email: { send_email: [...own, ...names.map((name) => ({ name }))] } };
}

interface Served extends ServeOptions {
  readonly wrangled: Wrangled;
  readonly bindings: ServeOptions["vars"];
}

function toServed(options: ServeOptions, wrangled: Wrangled): Served {
  const bindings = { ...(wrangled.bindings as ServeOptions["vars"]), ...options.vars };
  return { ...options, wrangled, bindings: addLocalToken(bindings, options.localToken) };
}

type MiniflareOptions = ReturnType<typeof convertV4MiniflareOptions>;

function toMiniflareOptions(options: Served): MiniflareOptions {
  const alone = toGatewayOptions(options);
  const gateway = { ...alone, workers: [...alone.workers, ...toServices(options)] };
  if (options.queue === undefined) return gateway;
  const consumer = convertV4MiniflareOptions({
    name: "queue-consumer",
    modules: true,
    script: options.queue.consumer,
    queueConsumers: { [QUEUE]: { maxBatchSize: 1 } },
  });
  return { ...gateway, workers: [...gateway.workers, ...consumer.workers] };
}

function toServices({ services = {} }: ServeOptions): MiniflareOptions["workers"] {
  return Object.entries(services).flatMap(
    ([name, script]) => convertV4MiniflareOptions({ name, modules: true, script }).workers,
  );
}

const isOtherWorker = (service: unknown): boolean =>
  typeof service === "string" || (typeof service === "object" && service !== null && "name" in service);

/** Of other Workers none runs here, and workerd would not start for want of them: they are not bound. */
function keepServed({ serviceBindings }: Wrangled): object {
  const kept = Object.entries(serviceBindings ?? {}).filter(([, service]) => !isOtherWorker(service));
  return { serviceBindings: Object.fromEntries(kept) };
}

function toServiceBindings(
  { serviceBindings }: Wrangled,
  services: Readonly<Record<string, string>>,
): object {
  const named = Object.keys(services).map((name) => [name, name] as const);
  return { serviceBindings: { ...(serviceBindings as object | undefined), ...Object.fromEntries(named) } };
}

/** Asked by the gateway alone, as by `run_worker_first`. */
const toAssets = (assets: ServedAssets): object => ({
  assets: { ...assets, routerConfig: { invoke_user_worker_ahead_of_assets: true, has_user_worker: true } },
});

function toProducers({ queueProducers }: Wrangled, { binding }: ServedQueue): object {
  const own = queueProducers as object | undefined;
  return { queueProducers: { ...own, [binding]: { queueName: QUEUE } } };
}

function toGatewayOptions(options: Served): MiniflareOptions {
  // What is served is named here: it needs no rules.
  const { modulesRules: _unused, ...given } = options.wrangled;
  const wrangled = { ...given, ...keepServed(given) };
  const onLog = options.onLog ?? ((line: string) => console.log(line));
  return convertV4MiniflareOptions({
    ...wrangled,
    ...(options.mailers === undefined ? {} : toMailers(wrangled, options.mailers)),
    ...(options.queue === undefined ? {} : toProducers(wrangled, options.queue)),
    ...(options.services === undefined ? {} : toServiceBindings(wrangled, options.services)),
    ...(options.assets === undefined ? {} : toAssets(options.assets)),
    modules: toModules(options),
    modulesRoot: dirname(options.scriptPath),
    bindings: options.bindings,
    ...(options.keepsCache === false ? { cacheAPI: false } : {}),
    host: options.host ?? HOST,
    port: options.port,
    cf: false,
    telemetry: { enabled: false },
    log: new Log(LogLevel.ERROR),
    handleStructuredLogs: ({ message }) => onLog(message),
    ...(options.inspectorPort === undefined ? {} : toInspected(options.inspectorPort)),
    ...(options.persistTo === undefined ? {} : { resourcePersistencePath: options.persistTo }),
  });
}
