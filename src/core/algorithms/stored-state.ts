// Reading a counter's stored state: what is damaged or belongs to something else is refused, never repaired.

import * as v from "valibot";
import { parseWith } from "../config/parse-with.ts";
import { LIMIT_MAX } from "../config/primitives.ts";
import { ok, type Result } from "../result.ts";

/** Far above every limit and every clock, and the sum of two is still exact. */
const STORED_MAX = 2 ** 52;

/** A count of units or fractions: an integer of at least 0. */
export const storedCount = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(STORED_MAX));
/** Epoch milliseconds. */
export const storedTimeMs = storedCount;
/** A length in milliseconds, at least 1, so that nothing divides by zero. */
export const storedLengthMs = v.pipe(storedCount, v.minValue(1));

/** Units that were taken together: no policy can take more than its limit. */
export const storedUnits = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LIMIT_MAX));

/** The states of one algorithm. Its name is stored with them: a state of another algorithm is refused. */
// The return type is valibot's own inference: writing it out would repeat the entries.
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- see above
export function storedState<const Name extends string, const Entries extends v.ObjectEntries>(
  name: Name,
  entries: Entries,
) {
  return v.strictObject({ algorithm: v.literal(name), ...entries });
}

/** undefined stays undefined ("never seen"); anything else must fit the schema. */
export function parseStored<State>(
  schema: v.GenericSchema<unknown, State>,
  stored: unknown,
): Result<State | undefined> {
  return stored === undefined ? ok(undefined) : parseWith(schema, stored);
}
