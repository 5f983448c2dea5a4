// The configuration of a workerd that serves one Worker, as Cap'n Proto text.

export interface WorkerdConfig {
  /** JavaScript files beside the configuration; the first is the main module. */
  readonly modules: readonly string[];
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly vars: Readonly<Record<string, string>>;
  /** Durable Object namespaces: binding -> class. All have SQLite storage. */
  readonly objects: Readonly<Record<string, string>>;
  /** host:port of what the Cache API talks to. */
  readonly cacheAddress: string;
  /** Where the objects' storage is. */
  readonly storagePath: string;
}

// A string in JSON is one in Cap'n Proto text, as long as it is ASCII.
const text = (value: string): string => JSON.stringify(value);
const list = (items: readonly string[]): string => `[${items.join(", ")}]`;

export function toWorkerdConfig(config: WorkerdConfig): string {
  const { modules, compatibilityDate, compatibilityFlags, vars, objects, cacheAddress, storagePath } = config;
  const bindings = [
    ...Object.entries(vars).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`),
    ...Object.entries(objects).map(
      ([name, className]) => `(name = ${text(name)}, durableObjectNamespace = ${text(className)})`,
    ),
  ];
  const namespaces = Object.values(objects).map(
    (className) => `(className = ${text(className)}, uniqueKey = ${text(className)}, enableSql = true)`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    # The origin is on this machine.
    (name = "internet", network = (allow = ["public", "private"])),
    (name = "cache", external = (address = ${text(cacheAddress)}, http = (style = proxy))),
    (name = "storage", disk = (path = ${text(storagePath)}, writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = ${list(modules.map((name) => `(name = ${text(name)}, esModule = embed ${text(name)})`))},
  compatibilityDate = ${text(compatibilityDate)},
  compatibilityFlags = ${list(compatibilityFlags.map(text))},
  bindings = ${list(bindings)},
  durableObjectNamespaces = ${list(namespaces)},
  cacheApiOutbound = "cache",
  durableObjectStorage = (localDisk = "storage"),
);
`;
}
