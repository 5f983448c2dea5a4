// Two gateways of one deployment in two isolates of one workerd: with one purge object, one set of counters and one cache,
// as two machines of a data centre have them. The second answers for hosts below "second.example", and for "/both/" in
// another spelling, which a gateway takes for the same.

import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { buildBesideShared } from "./shared-worker.ts";
import { newFolder } from "./gateway.ts";

const WRANGLER_CONFIG_PATH = fileURLToPath(new URL("../../../wrangler.toml", import.meta.url));

export interface TwoIsolates {
  /** Of both: the Host field chooses. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** A host that the second isolate answers for; every other host is the first one's. */
export const SECOND_HOST = "second.example";
/** One folder for a gateway, two for what chooses the isolate. */
export const BOTH = { first: "/both/", second: "/%62oth/" };

/** `config` is the source of a headgate.config.ts. */
export async function startTwoIsolates(
  config: string,
  vars: Readonly<Record<string, string>>,
): Promise<TwoIsolates> {
  const routes = [`${SECOND_HOST}/*`, `*${BOTH.second}*`];
  return startIsolates(config, { vars, others: [{ name: "second", routes }] });
}

export interface Others {
  readonly vars: Readonly<Record<string, string>>;
  /** The isolates beside the first, with what is theirs to answer. */
  readonly others: readonly { readonly name: string; readonly routes: readonly string[] }[];
}

/** So many isolates of one deployment: "isolate-2.example" and so on are the hosts of those beside the first. */
export function startManyIsolates(
  count: number,
  config: string,
  vars: Readonly<Record<string, string>>,
): Promise<TwoIsolates> {
  return startIsolates(config, { vars, others: toOthers(count) });
}

/** The isolates beside the first, of so many. */
export function toOthers(count: number): Others["others"] {
  return Array.from({ length: count - 1 }, (_, at) => ({
    name: `isolate-${at + 2}`,
    routes: [`isolate-${at + 2}.example/*`],
  }));
}

async function startIsolates(config: string, isolates: Others): Promise<TwoIsolates> {
  const folder = await newFolder();
  const configPath = join(folder, "headgate.config.ts");
  const scriptPath = join(folder, "worker.js");
  await writeFile(configPath, config);
  await buildBesideShared({ configPath, outFile: scriptPath });
  const { url, close } = await serveIsolates(scriptPath, isolates);
  return {
    url,
    close: async () => {
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Serves a built script in several isolates. The first has the Durable Objects of all. */
export async function serveIsolates(scriptPath: string, { vars, others }: Others): Promise<TwoIsolates> {
  const { workerOptions } = unstable_getMiniflareWorkerOptions(WRANGLER_CONFIG_PATH);
  const { modulesRules: _unused, durableObjects, ...wrangled } = workerOptions;
  const shared = { ...wrangled, modules: true, scriptPath, bindings: { ...vars } };
  const objects = Object.entries(durableObjects ?? {}) as [string, { readonly className: string }][];
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        { ...shared, name: "first", durableObjects: toObjects(objects, { useSQLite: true }) },
        ...others.map(({ name, routes }) => ({
          ...shared,
          name,
          durableObjects: toObjects(objects, { scriptName: "first" }),
          routes: [...routes],
        })),
      ],
      host: "127.0.0.1",
      port: 0,
      cf: false,
      telemetry: { enabled: false },
      log: new Log(LogLevel.ERROR),
      handleStructuredLogs: () => undefined,
    }),
  );
  const { port } = await miniflare.ready;
  return { url: `http://127.0.0.1:${port}`, close: () => miniflare.dispose() };
}

function toObjects(
  objects: readonly (readonly [string, { readonly className: string }])[],
  options: { readonly useSQLite: true } | { readonly scriptName: string },
): Record<string, { className: string; useSQLite?: boolean; scriptName?: string }> {
  return Object.fromEntries(objects.map(([name, { className }]) => [name, { className, ...options }]));
}
