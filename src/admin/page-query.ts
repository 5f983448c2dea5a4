// The query of a list: how many, and from where on. A cursor is what the page before answered as `next`.

import * as v from "valibot";
import { object } from "../core/schema/parse-with.ts";
import { integerBetween } from "../core/schema/primitives.ts";
import type { Page, PageRequest } from "../core/control/control-messages.ts";
import { toJson } from "./problem.ts";

const PAGE_MAX = 100;
const PAGE_DEFAULT = 50;

/** A number as a query writes it. */
// Written out for each bound, so that the message names it.
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- valibot infers it
export function queryInteger(least: number, most: number) {
  const message = `must be a whole number from ${least} to ${most}`;
  return v.pipe(
    v.string(message),
    v.regex(/^\d{1,15}$/, message),
    v.transform(Number),
    integerBetween(least, most),
  );
}

export const pageEntries = {
  limit: v.optional(queryInteger(1, PAGE_MAX), String(PAGE_DEFAULT)),
  cursor: v.optional(queryInteger(1, Number.MAX_SAFE_INTEGER)),
};

export const pageQuery = object(pageEntries);

export function toPageRequest({ limit, cursor }: v.InferOutput<typeof pageQuery>): PageRequest {
  return { after: cursor ?? 0, most: limit };
}

export function toPage<Item>({ items, next }: Page<Item>): Response {
  return toJson(200, next === undefined ? { items } : { items, next });
}
