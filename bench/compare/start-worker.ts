// A subject that is a Worker, on workerd itself, with Durable Objects that fail on demand and are counted.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundle } from "../servers/bundle.ts";
import { readDeployment } from "../servers/deployment.ts";
import { startWorkerd } from "../servers/start-workerd.ts";
import type { Limit, Place, Rules, Running, StoreFault } from "./subject.ts";

/** What a subject's one module must be called, in its place's folder. */
export const SCRIPT = "worker.js";

const MAIN = "main.js";
const FAULT = "fail-store.js";

export interface WorkerSubject {
  /** Binding -> class. */
  readonly objects: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  /** Writes SCRIPT for these rules. */
  readonly build: (rules: Rules) => Promise<void>;
}

/** Rules reach the programs of peers as variables. */
export function toRuleVars({ general, search }: Rules): Readonly<Record<string, string>> {
  return { ...toVars("GENERAL", general), ...(search === undefined ? {} : toVars("SEARCH", search)) };
}

const toVars = (name: string, { units, windowMs }: Limit): Readonly<Record<string, string>> => ({
  [`${name}_UNITS`]: String(units),
  [`${name}_MS`]: String(windowMs),
});

export async function startWorkerSubject(
  place: Place,
  rules: Rules,
  subject: WorkerSubject,
): Promise<Running> {
  const { folder, originUrl, cacheAddress, isTwice = false } = place;
  const { compatibilityDate, compatibilityFlags } = readDeployment();
  await subject.build(rules);
  await bundle(new URL("../workers/fail-store.ts", import.meta.url), join(folder, FAULT));
  await writeFile(join(folder, MAIN), FAILING_MAIN);
  const { port, secondPort, stop } = await startWorkerd({
    pinned: [],
    folder,
    modules: [MAIN, SCRIPT, FAULT],
    compatibilityDate,
    compatibilityFlags,
    cacheAddress,
    vars: { ORIGIN_URL: originUrl, ...toRuleVars(rules), ...subject.vars },
    objects: subject.objects,
    isTwice,
  });
  const hasObjects = Object.keys(subject.objects).length > 0;
  const tell = async (path: string): Promise<string> =>
    await (await fetch(`http://127.0.0.1:${port}/.compare/${path}`)).text();
  return {
    ports: secondPort === undefined ? [port] : [port, secondPort],
    restart: async (next) => {
      await stop();
      return await startWorkerSubject(place, next, subject);
    },
    ...(hasObjects
      ? {
          failStore: async (how: StoreFault) => void (await tell(`fault/${how}`)),
          readStoreCalls: async () => Number(await tell("calls")),
        }
      : {}),
    stop,
  };
}

/** The objects fail before the Worker's own module is read. */
const FAILING_MAIN = `import { failOnDemand } from "./${FAULT}";
import worker from "./${SCRIPT}";
export * from "./${SCRIPT}";
export default failOnDemand(worker);
`;
