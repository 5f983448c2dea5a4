// Tells a pool's health object, which has just started, what isolates go by: as another isolate's report does.

import type { LoadReport, LoadView } from "../../../src/core/shedding/load.ts";
import type { Gateway } from "./gateway.ts";

interface Health {
  readonly report: (pool: object, reports: readonly object[], load: LoadReport) => Promise<unknown>;
}

interface Told {
  readonly pool: string;
  readonly known: LoadView;
  readonly isShadow: boolean;
}

export async function tellHealth(
  gateway: Pick<Gateway, "getObjects">,
  { pool, known, isShadow }: Told,
): Promise<void> {
  const objects = await gateway.getObjects("HEALTH");
  const health = objects.get(objects.idFromName(pool)) as unknown as Health;
  const counts = { elapsedMs: 1_000, flightMs: 4_000, arrivals: [500, 500, 500], answers: 750, bad: 0 };
  await health.report({ members: [] }, [], { isolate: "another", ...counts, top: [], known, isShadow });
}
