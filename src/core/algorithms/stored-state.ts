// Reading a counter's stored state: what is damaged or belongs to something else is refused, never repaired.

import * as v from "valibot";
import { parseWith } from "../config/parse-with.ts";
import { ok, type Result } from "../result.ts";

const STORED_MAX = Number.MAX_SAFE_INTEGER;

/** A count of units or fractions: an integer of at least 0. */
export const storedCount = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(STORED_MAX));
/** Epoch milliseconds. */
export const storedTimeMs = storedCount;
/** A length in milliseconds, at least 1, so that nothing divides by zero. */
export const storedLengthMs = v.pipe(storedCount, v.minValue(1));

/** undefined stays undefined ("never seen"); anything else must fit the schema. */
export function parseStored<State>(
  schema: v.GenericSchema<unknown, State>,
  stored: unknown,
): Result<State | undefined> {
  return stored === undefined ? ok(undefined) : parseWith(schema, stored);
}
