// A peer on the same runtime: a Worker of its own, bundled and served like Headgate.

import { join } from "node:path";
import type { Server, Stand } from "../contenders/contender.ts";
import { bundle } from "./bundle.ts";
import { SCRIPT, serveOnWorkerd } from "./serve-on-workerd.ts";

export interface WorkerOptions {
  /** The Worker's main module. */
  readonly source: URL;
  /** Durable Object namespaces: binding -> class. */
  readonly objects?: Readonly<Record<string, string>>;
}

/** A peer whose limit is never reached. */
export async function startWorker(stand: Stand, { source, objects = {} }: WorkerOptions): Promise<Server> {
  await bundle(source, join(stand.folder, SCRIPT));
  return { ...(await serveOnWorkerd(stand, objects)), toAllowed: undefined };
}
