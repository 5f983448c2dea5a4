// Whether a purge has reached a record, by look-ups made once per state. A record as new as the newest purge, which is
// almost every one, costs one comparison.

import type { PurgeState, PurgeSubject } from "./purge-state.ts";

export interface PurgeIndex {
  readonly latest: number;
  readonly floor: number;
  readonly urls: ReadonlyMap<string, number>;
  readonly paths: ReadonlyMap<string, number>;
  readonly tags: ReadonlyMap<string, number>;
  /** The newest purge of any tag: for records whose tags were cut. */
  readonly latestTag: number;
  readonly prefixes: readonly { readonly url: string; readonly generation: number }[];
}

export function createPurgeIndex({ latest, floor, entries }: PurgeState): PurgeIndex {
  const urls = new Map<string, number>();
  const paths = new Map<string, number>();
  const tags = new Map<string, number>();
  const prefixes: { readonly url: string; readonly generation: number }[] = [];
  for (const { purge, generation } of entries) {
    if (purge.kind === "url") urls.set(purge.url, generation);
    else if (purge.kind === "path") paths.set(purge.url, generation);
    else if (purge.kind === "tag") tags.set(purge.tag, generation);
    else if (purge.kind === "prefix") prefixes.push({ url: purge.url, generation });
  }
  return { latest, floor, urls, paths, tags, latestTag: Math.max(0, ...tags.values()), prefixes };
}

/** A record below the number of a purge that names it is as good as not stored. */
export function isPurged(record: PurgeSubject, index: PurgeIndex): boolean {
  const { generation, url } = record;
  if (generation >= index.latest) return false;
  if (generation < index.floor) return true;
  const isNewer = (purged: number | undefined): boolean => purged !== undefined && purged > generation;
  return (
    isNewer(index.urls.get(url)) ||
    isNewer(index.paths.get(url.split("?", 1)[0] ?? url)) ||
    (record.isTagsCut && isNewer(index.latestTag)) ||
    record.tags.some((tag) => isNewer(index.tags.get(tag))) ||
    index.prefixes.some((prefix) => isNewer(prefix.generation) && url.startsWith(prefix.url))
  );
}
