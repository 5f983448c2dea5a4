// The statistics of a gateway, as whoever looks at them asks for them.

import type * as v from "valibot";
import { parseWith } from "../../../src/core/schema/parse-with.ts";
import { type StatsAnswer, toStatsSchema } from "../../../src/core/stats/stats-answer.ts";
import { ADMIN_READ_TOKEN, askAdmin, expectStatus } from "./admin.ts";
import type { Target } from "./client.ts";

/** The answer, as its schema reads it. */
export async function askStats<Schema extends v.GenericSchema>(
  gateway: Target,
  path: string,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const answer = await expectStatus(200, askAdmin(gateway, "GET", path, { token: ADMIN_READ_TOKEN }));
  const parsed = parseWith(schema, answer);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

export function readStats(gateway: Target, query = ""): Promise<StatsAnswer> {
  return askStats(gateway, `/stats?minutes=10${query}`, toStatsSchema());
}

export function sumOf(rows: readonly { readonly counts: readonly number[] }[]): number {
  return rows.flatMap(({ counts }) => counts).reduce((sum, count) => sum + count, 0);
}

/** A route is called as it is written: of "/each/*" the first segment is enough to tell it. */
export function toShort(route: string): string {
  return /^\/(\w+)\/\*$/.exec(route)?.[1] ?? route;
}
