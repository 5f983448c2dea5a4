// What a request really cost, known only from its response: by a header that the origin sends, by what the answer says that a
// language model used, or by status. Until then the cost is taken as an estimate.

import * as v from "valibot";
import { responseHeader } from "../http/header-name.ts";
import { object } from "../schema/parse-with.ts";
import { JSON_PATH, JSON_PATH_WANTED } from "../body/member-path.ts";
import { type UsageApi, usageApis } from "../usage/formats.ts";
import { integerBetween, LIMIT_MAX, oneOf, switchedOn, textLike } from "../schema/primitives.ts";
import { parseUnits } from "./route-cost.ts";

export type UsageRule = UsageApi | { readonly input: string; readonly output: string };

export interface SettleRule {
  /** A response header with a whole number of units. Comes first; whatever else it says keeps the estimate. */
  readonly header?: string | undefined;
  /** The API in whose words the answer says what it used, or the places of the two numbers. */
  readonly usage?: UsageRule | undefined;
  /** Whether streams are asked for their usage where the API wants that. */
  readonly ask: boolean;
  /** Whether a restart finds what was used, and not what was estimated. Each request is then a row, or two. */
  readonly exact: boolean;
  /** Units by status ("401") or class of statuses ("5xx"). */
  readonly status: Readonly<Record<string, number>>;
  /** Units for every other response; undefined keeps the estimate. */
  readonly otherwise?: number | undefined;
}

const STATUS = /^[1-5](?:\d\d|xx)$/;
const units = integerBetween(0, LIMIT_MAX);

const place = textLike(JSON_PATH, `must be ${JSON_PATH_WANTED}`);
const usageRule = v.lazy((input): v.GenericSchema<unknown, UsageRule> =>
  typeof input === "object" && input !== null ? object({ input: place, output: place }) : oneOf(usageApis),
);

/** A policy's `settle`. */
export const settleRule = v.pipe(
  object({
    header: v.optional(responseHeader),
    usage: v.optional(usageRule),
    ask: v.optional(switchedOn, true),
    exact: v.optional(switchedOn),
    status: v.optional(
      v.record(
        v.pipe(v.string(), v.regex(STATUS, 'must be a status such as "401" or "5xx"')),
        units,
        "must be an object of statuses",
      ),
      {},
    ),
    otherwise: v.optional(units),
  }),
  v.transform(({ exact, ...rule }): SettleRule => ({ ...rule, exact: exact ?? rule.usage !== undefined })),
);

/** Units that the response makes of the request; undefined keeps what was taken, or leaves it to what the answer will say. */
export function toActualUnits(
  rule: SettleRule,
  { status, header }: { readonly status: number; readonly header: (name: string) => string | undefined },
): number | undefined {
  const said = rule.header === undefined ? undefined : header(rule.header);
  if (said !== undefined) return parseUnits(said);
  const byStatus = rule.status[String(status)] ?? rule.status[`${Math.floor(status / 100)}xx`];
  return byStatus ?? (rule.usage === undefined ? rule.otherwise : undefined);
}
