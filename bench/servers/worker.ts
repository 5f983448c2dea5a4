// A peer on the same runtime: a Worker of its own, bundled and served like Headgate.

import { join } from "node:path";
import type { Server, Stand } from "../contenders/contender.ts";
import { bundle } from "./bundle.ts";
import { type Bindings, SCRIPT, serveOnWorkerd } from "./serve-on-workerd.ts";

export interface WorkerOptions extends Partial<Bindings> {
  /** The Worker's main module. */
  readonly source: URL;
  /** undefined: it never denies. */
  readonly toAllowed?: Server["toAllowed"];
}

/** It finds its limit in LIMIT_UNITS and WINDOW_MS. */
export async function startWorker(
  stand: Stand,
  { source, toAllowed, objects = {}, vars = {} }: WorkerOptions,
): Promise<Server> {
  const { units, windowMs } = stand.limit;
  await bundle(source, join(stand.folder, SCRIPT));
  const limitVars = { LIMIT_UNITS: String(units), WINDOW_MS: String(windowMs) };
  return { ...(await serveOnWorkerd(stand, { objects, vars: { ...limitVars, ...vars } })), toAllowed };
}
