// A Worker on workerd itself; on request a second one of it, where what its objects do is counted.

import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CountingServer, Server, Stand, Use } from "../contenders/contender.ts";
import { bundle } from "./bundle.ts";
import { readDeployment } from "./deployment.ts";
import { startWorkerd, type Workerd, type WorkerdOptions } from "./start-workerd.ts";

/** What a Worker's one module must be called, in its stand's folder. */
export const SCRIPT = "worker.js";

const MAIN = "main.js";
const COUNTER = "count-use.js";
const WORLD = "put-far-away.js";
const USE_PATH = "/.bench/use";

export type Bindings = Pick<WorkerdOptions, "vars" | "objects">;

export async function serveOnWorkerd(
  stand: Stand,
  { vars = {}, objects }: Partial<Bindings> & Pick<Bindings, "objects">,
): Promise<Omit<Server, "toAllowed">> {
  const { compatibilityDate, compatibilityFlags } = readDeployment();
  const shared: Omit<WorkerdOptions, "folder" | "modules"> = {
    pinned: stand.pinned,
    compatibilityDate,
    compatibilityFlags,
    cacheAddress: stand.cacheAddress,
    vars: { ORIGIN_URL: stand.originUrl, ...vars },
    objects,
  };
  const hasObjects = Object.keys(objects).length > 0;
  const start = (): Promise<Workerd> => startTimed(shared, stand);
  const workerd = await start();
  return {
    ...workerd,
    renew: async () => {
      await workerd.stop();
      return await start();
    },
    startCounting: hasObjects ? () => startCounting(shared, stand.folder) : undefined,
  };
}

async function startTimed(
  shared: Omit<WorkerdOptions, "folder" | "modules">,
  { folder, delays }: Stand,
): Promise<Workerd> {
  if (delays === undefined) return await startWorkerd({ ...shared, folder, modules: [SCRIPT] });
  await bundle(new URL("../workers/put-far-away.ts", import.meta.url), join(folder, WORLD));
  await writeFile(join(folder, MAIN), FAR_MAIN);
  const vars = { ...shared.vars, WORLD_DELAYS: JSON.stringify(delays) };
  return await startWorkerd({ ...shared, vars, folder, modules: [MAIN, SCRIPT, WORLD] });
}

async function startCounting(
  options: Omit<WorkerdOptions, "folder" | "modules">,
  standFolder: string,
): Promise<CountingServer> {
  const folder = join(standFolder, "counting");
  await mkdir(folder);
  await copyFile(join(standFolder, SCRIPT), join(folder, SCRIPT));
  await bundle(new URL("../workers/count-use.ts", import.meta.url), join(folder, COUNTER));
  await writeFile(join(folder, MAIN), toCountingMain(Object.values(options.objects)));
  const workerd = await startWorkerd({ ...options, folder, modules: [MAIN, SCRIPT, COUNTER] });
  return {
    ...workerd,
    readUse: async () => {
      const response = await fetch(`http://127.0.0.1:${workerd.port}${USE_PATH}`);
      return (await response.json()) as Use;
    },
  };
}

/** The world is put between before the Worker's own module is read. */
const FAR_MAIN = `import { watch } from "./${WORLD}";
import worker from "./${SCRIPT}";
export * from "./${SCRIPT}";
export default watch(worker);
`;

/** A main module around the Worker's: the same fetch, the same classes, counted. */
function toCountingMain(classNames: readonly string[]): string {
  return `import worker, * as exported from "./${SCRIPT}";
import { countUse, use } from "./${COUNTER}";
${classNames.map((name) => `export const ${name} = countUse(exported.${name});`).join("\n")}
export default {
  fetch: (request, env, context) =>
    new URL(request.url).pathname === "${USE_PATH}" ? Response.json(use) : worker.fetch(request, env, context),
};
`;
}
