// Reading a counter's stored state: what is damaged or belongs to something else is refused, never repaired.

import * as v from "valibot";
import { parseWith } from "../schema/parse-with.ts";
import { LIMIT_MAX } from "../schema/primitives.ts";
import { ok, type Result } from "../result.ts";

/** A bound far above every limit and every clock; the sum of two is still exact. */
const STORED_MAX = 2 ** 52;

/**
 * A cost that follows a pool's load shedding is a whole number of such parts of a unit. Sums of them are exact: of a limit's units
 * a double holds 2^12 parts, and 2^12 parts of the largest limit are 2^52.
 */
export const UNIT_PARTS = 4_096;

const storedNumber = (least: number, parts = 1, most = STORED_MAX) =>
  v.custom<number>(
    (value) =>
      typeof value === "number" && Number.isInteger(value * parts) && value >= least && value <= most,
  );

/** A count of whole units. */
export const storedWhole = storedNumber(0);
/** A count of units, or of fractions that an algorithm counts in its own way. */
export const storedCount = storedNumber(0, UNIT_PARTS);
/** Epoch milliseconds. */
export const storedTimeMs = storedNumber(0);
/** A length in milliseconds, at least 1, so that nothing divides by zero. */
export const storedLengthMs = storedNumber(1);
/** Units that were taken together: no policy can take more than its limit. */
export const storedUnits = storedNumber(1 / UNIT_PARTS, UNIT_PARTS, LIMIT_MAX);

/** The states of one algorithm. Its name is stored with them: a state of another algorithm is refused. */
// The return type is valibot's own inference: writing it out would repeat the entries.
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- see above
export function storedState<const Name extends string, const Entries extends v.ObjectEntries>(
  name: Name,
  entries: Entries,
) {
  return v.strictObject({ algorithm: v.literal(name), ...entries });
}

/** Parses a stored state: undefined stays undefined ("never seen"), anything else must fit the schema. */
export function parseStoredState<State>(
  schema: v.GenericSchema<unknown, State>,
  stored: unknown,
): Result<State | undefined> {
  return stored === undefined ? ok(undefined) : parseWith(schema, stored);
}
