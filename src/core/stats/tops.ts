// The bounded lists of an isolate's report and of an object's minute.

import { TOP_LISTS, type TopName, type Tops } from "./stats-messages.ts";
import { TopList } from "./top-list.ts";

export type TopLists = Readonly<Record<TopName, TopList>>;

export function createTops(): TopLists {
  const lists = Object.entries(TOP_LISTS).map(([name, most]) => [name, new TopList(most)] as const);
  return Object.fromEntries(lists) as TopLists;
}

export function addTops(lists: TopLists, tops: Tops): void {
  for (const [list, entries] of Object.entries(tops))
    // An isolate of a later version may know more of them.
    for (const [key, units] of entries) (lists as Partial<TopLists>)[list as TopName]?.add(key, units);
}

/** The lists of several minutes as one. */
export function mergeTops(rows: readonly { readonly tops: Tops }[]): Tops {
  const lists = createTops();
  for (const { tops } of rows) addTops(lists, tops);
  return toTops(lists);
}

export function toTops(lists: TopLists): Tops {
  const counts = Object.entries(lists).map(([name, list]) => [name, list.toCounts()] as const);
  return Object.fromEntries(counts.filter(([, entries]) => entries.length > 0));
}
