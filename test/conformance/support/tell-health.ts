// Tells a pool's health object, which has just started, what isolates go by: as another isolate's reports do.

import { setTimeout as wait } from "node:timers/promises";
import type { LoadReport, LoadView } from "../../../src/core/shedding/load.ts";
import type { Gateway } from "./gateway.ts";

interface Health {
  readonly report: (
    pool: object,
    reports: readonly object[],
    load: LoadReport,
  ) => Promise<{ readonly load: LoadView }>;
}

export interface Told {
  readonly pool: string;
  readonly known: LoadView;
  readonly isShadow: boolean;
}

/** Requests a second of each priority, and how many of all the origin can answer. */
const ARRIVALS = [500, 500, 500] as const;
const CAPACITY = 750;
/** An origin whose slots are all taken has so many times as many requests on their way as fit into them. */
const FULL = 1.75;
const REPORT_MS = 500;

export function tellHealth(gateway: Pick<Gateway, "getObjects">, told: Told): Promise<LoadView> {
  return report(gateway, told, { known: told.known, open: told.known.open });
}

/** Goes on to report as one that goes by what it is told, until `signal`: what was told first stays so. */
export async function keepTelling(
  gateway: Pick<Gateway, "getObjects">,
  told: Told,
  signal: AbortSignal,
): Promise<void> {
  let { open } = told.known;
  while (!signal.aborted) {
    ({ open } = await report(gateway, told, { known: told.known, open }));
    await wait(REPORT_MS);
  }
}

async function report(
  gateway: Pick<Gateway, "getObjects">,
  { pool, isShadow }: Told,
  { known, open }: { readonly known: LoadView; readonly open: number },
): Promise<LoadView> {
  const objects = await gateway.getObjects("HEALTH");
  const health = objects.get(objects.idFromName(pool)) as unknown as Health;
  const letIn = ARRIVALS[0] * Math.min(ARRIVALS.length, open);
  const answers = Math.round(Math.min(CAPACITY, letIn));
  const flightMs = Math.round(answers * known.baseMs * (letIn >= CAPACITY ? FULL : 1));
  const counts = { elapsedMs: 1_000, flightMs, arrivals: ARRIVALS, answers, bad: 0 };
  const { load } = await health.report({ members: [] }, [], {
    isolate: "another",
    ...counts,
    top: [],
    known,
    isShadow,
  });
  return load;
}
