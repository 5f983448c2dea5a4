// The bounded lists of an isolate's report and of an object's minute.

import { TOP_LISTS, type TopName, type Tops } from "./stats-messages.ts";
import { TopList } from "./top-list.ts";

export type TopLists = Readonly<Record<TopName, TopList>>;

export function createTops(): TopLists {
  return {
    denials: new TopList(TOP_LISTS.denials),
    countries: new TopList(TOP_LISTS.countries),
    asns: new TopList(TOP_LISTS.asns),
    usage: new TopList(TOP_LISTS.usage),
  };
}

export function addTops(lists: TopLists, tops: Tops): void {
  for (const [list, entries] of Object.entries(tops))
    for (const [key, units] of entries) lists[list as TopName].add(key, units);
}

/** The lists of several minutes as one. */
export function mergeTops(rows: readonly { readonly tops: Tops }[]): Tops {
  const lists = createTops();
  for (const { tops } of rows) addTops(lists, tops);
  return toTops(lists);
}

export function toTops({ denials, countries, asns, usage }: TopLists): Tops {
  return {
    denials: denials.toCounts(),
    countries: countries.toCounts(),
    asns: asns.toCounts(),
    usage: usage.toCounts(),
  };
}
