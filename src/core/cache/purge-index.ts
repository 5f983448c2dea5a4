// Whether a purge has reached a record, by look-ups made once per state. A record as new as the newest purge, which is
// almost every one, costs one comparison.

import type { QueryKeySettings } from "./cache-settings.ts";
import type { PurgeState, PurgeSubject } from "./purge-state.ts";
import { toKeyQuery } from "./query-key.ts";

interface PurgedUrl {
  readonly query: string;
  readonly generation: number;
}

export interface PurgeIndex {
  readonly latest: number;
  readonly floor: number;
  /** By the URL without its query: which queries count as one is each route's to say. */
  readonly urls: ReadonlyMap<string, readonly PurgedUrl[]>;
  readonly paths: ReadonlyMap<string, number>;
  readonly tags: ReadonlyMap<string, number>;
  /** The newest purge of any tag: for records whose tags were cut. */
  readonly latestTag: number;
  readonly prefixes: readonly { readonly url: string; readonly generation: number }[];
}

export function createPurgeIndex({ latest, floor, entries }: PurgeState): PurgeIndex {
  const urls = new Map<string, PurgedUrl[]>();
  const paths = new Map<string, number>();
  const tags = new Map<string, number>();
  const prefixes: { readonly url: string; readonly generation: number }[] = [];
  for (const { purge, generation } of entries) {
    if (purge.kind === "url") {
      const [path, query] = splitQuery(purge.url);
      const purged = urls.get(path);
      if (purged === undefined) urls.set(path, [{ query, generation }]);
      else purged.push({ query, generation });
    } else if (purge.kind === "path") paths.set(purge.url, generation);
    else if (purge.kind === "tag") tags.set(purge.tag, generation);
    else if (purge.kind === "prefix") prefixes.push({ url: purge.url, generation });
  }
  return { latest, floor, urls, paths, tags, latestTag: Math.max(0, ...tags.values()), prefixes };
}

/** A record below the number of a purge that names it is as good as not stored. `key` is how its route keys queries. */
export function isPurged(record: PurgeSubject, index: PurgeIndex, key: QueryKeySettings): boolean {
  const { generation, url } = record;
  if (generation >= index.latest) return false;
  if (generation < index.floor) return true;
  const isNewer = (purged: number | undefined): boolean => purged !== undefined && purged > generation;
  const [path, query] = splitQuery(url);
  const isSame = (purged: PurgedUrl): boolean => toKeyQuery(purged.query, key) === query;
  return (
    index.urls.get(path)?.some((purged) => isNewer(purged.generation) && isSame(purged)) === true ||
    isNewer(index.paths.get(path)) ||
    (record.isTagsCut && isNewer(index.latestTag)) ||
    record.tags.some((tag) => isNewer(index.tags.get(tag))) ||
    index.prefixes.some((prefix) => isNewer(prefix.generation) && url.startsWith(prefix.url))
  );
}

function splitQuery(url: string): readonly [path: string, query: string] {
  const at = url.indexOf("?");
  return at === -1 ? [url, ""] : [url.slice(0, at), url.slice(at + 1)];
}
