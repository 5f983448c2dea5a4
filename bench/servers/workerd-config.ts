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
  /** A second isolate of the Worker, on a port of its own, that asks the first one's objects. */
  readonly isTwice?: boolean;
}

// A string in JSON is one in Cap'n Proto text, as long as it is ASCII.
const text = (value: string): string => JSON.stringify(value);
const list = (items: readonly string[]): string => `[${items.join(", ")}]`;

export function toWorkerdConfig(config: WorkerdConfig): string {
  const { objects, cacheAddress, storagePath, isTwice = false } = config;
  const namespaces = Object.values(objects).map(
    (className) => `(className = ${text(className)}, uniqueKey = ${text(className)}, enableSql = true)`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),${isTwice ? '\n    (name = "second", worker = .second),' : ""}
    # The origin is on this machine.
    (name = "internet", network = (allow = ["public", "private"])),
    (name = "cache", external = (address = ${text(cacheAddress)}, http = (style = proxy))),
    (name = "storage", disk = (path = ${text(storagePath)}, writable = true)),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:0", http = (), service = "main"),${
      isTwice ? '\n    (name = "second", address = "127.0.0.1:0", http = (), service = "second"),' : ""
    }
  ],
);

const worker :Workerd.Worker = (
${toShared(config, "main")}
  durableObjectNamespaces = ${list(namespaces)},
  durableObjectStorage = (localDisk = "storage"),
);
${isTwice ? `\nconst second :Workerd.Worker = (\n${toShared(config, "second")}\n);\n` : ""}`;
}

/** What both isolates have. The second one's namespaces are the first one's. */
function toShared(config: WorkerdConfig, which: "main" | "second"): string {
  const { modules, compatibilityDate, compatibilityFlags, vars, objects } = config;
  const toNamespace = (className: string): string =>
    which === "main" ? text(className) : `(className = ${text(className)}, serviceName = "main")`;
  const bindings = [
    ...Object.entries(vars).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`),
    ...Object.entries(objects).map(
      ([name, className]) => `(name = ${text(name)}, durableObjectNamespace = ${toNamespace(className)})`,
    ),
  ];
  return `  modules = ${list(modules.map((name) => `(name = ${text(name)}, esModule = embed ${text(name)})`))},
  compatibilityDate = ${text(compatibilityDate)},
  compatibilityFlags = ${list(compatibilityFlags.map(text))},
  bindings = ${list(bindings)},
  cacheApiOutbound = "cache",`;
}
