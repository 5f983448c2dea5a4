// What a request really cost, known only from its response: by a header that the origin sends, or by status. Until then
// the route's cost is taken as an estimate.

import * as v from "valibot";
import { responseHeader } from "../http/header-name.ts";
import { object } from "../schema/parse-with.ts";
import { integerBetween, LIMIT_MAX } from "../schema/primitives.ts";
import { parseUnits } from "./route-cost.ts";

export interface SettleRule {
  /** A response header with a whole number of units. Comes first; whatever else it says keeps the estimate. */
  readonly header?: string | undefined;
  /** Units by status ("401") or class of statuses ("5xx"). */
  readonly status: Readonly<Record<string, number>>;
  /** Units for every other response; undefined keeps the estimate. */
  readonly otherwise?: number | undefined;
}

const STATUS = /^[1-5](?:\d\d|xx)$/;
const units = integerBetween(0, LIMIT_MAX);

/** A policy's `settle`. */
export const settleRule = object({
  header: v.optional(responseHeader),
  status: v.optional(
    v.record(
      v.pipe(v.string(), v.regex(STATUS, 'must be a status such as "401" or "5xx"')),
      units,
      "must be an object of statuses",
    ),
    {},
  ),
  otherwise: v.optional(units),
});

/** Units that the response makes of the request; undefined keeps what was taken. */
export function toActualUnits(
  rule: SettleRule,
  { status, header }: { readonly status: number; readonly header: (name: string) => string | undefined },
): number | undefined {
  const said = rule.header === undefined ? undefined : header(rule.header);
  if (said !== undefined) return parseUnits(said);
  return rule.status[String(status)] ?? rule.status[`${Math.floor(status / 100)}xx`] ?? rule.otherwise;
}
