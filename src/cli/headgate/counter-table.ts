// Counters as a table: what is used and left of each, and what a request would get.

import { toKeyText } from "./key-text.ts";
import { type Column, type Item, toTable } from "./table.ts";
import { toDuration, toInstant, toWait } from "./times.ts";

/** `nowMs` is what waits count from. Columns that no counter has anything for are left out. */
export function toCounterTable(items: readonly Item[], nowMs: number): string {
  const columns: readonly Column[] = [
    ["policy", ({ policy }) => policy],
    ["counts by", ({ key }) => (key === undefined ? undefined : toKeyText(key))],
    ["place", ({ object, key }) => (key === undefined ? toPlace(object) : undefined)],
    ["tier", ({ tier }) => tier],
    ["says", ({ outcome, isBanned }) => (isBanned === true ? "banned" : outcome)],
    ["limit", ({ limit }) => limit],
    ["window", ({ windowMs }) => toDuration(windowMs)],
    ["unit", ({ unit }) => unit],
    ["used", ({ used }) => used],
    ["share", ({ share }) => (typeof share === "number" ? `${Math.round(100 * share)} %` : undefined)],
    ["left", ({ remaining }) => remaining],
    [
      "again",
      ({ outcome, retryAfterMs }) => (outcome === "denied" ? toWait(retryAfterMs, nowMs) : undefined),
    ],
    ["denials", ({ denials }) => denials],
    ["since", ({ deniedSinceMs }) => toInstant(deniedSinceMs, nowMs)],
    ["gone by", ({ goneInMs }) => (goneInMs === undefined ? undefined : toWait(goneInMs, nowMs))],
    ["all back", ({ resetMs }) => toWait(resetMs, nowMs)],
    ["override", ({ override }) => override],
  ];
  return toTable(
    columns.filter(([, read]) => items.some((item) => read(item) !== undefined)),
    items,
  );
}

/** The rest of an object's name says nothing to people. */
function toPlace(object: unknown): string | undefined {
  return typeof object === "string" ? object.split(":", 1)[0] : undefined;
}
