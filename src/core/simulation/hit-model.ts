// Which requests a cache would have answered: those whose URL was answered with 200 less than the route's time ago. A model
// for routes whose hits are free, where the log has no word of a cache: it knows no Vary, no-store or purges.

import { LruMap } from "../lru-map.ts";
import type { Route } from "../routes/route.ts";
import type { LoggedRequest } from "./logged-request.ts";

const URLS_MAX = 100_000;

export class HitModel {
  readonly #untilMs = new LruMap<string, number>(URLS_MAX);

  isHit({ method, host, target, status, atMs, isHit }: LoggedRequest, { cache }: Route): boolean {
    if (isHit !== undefined) return isHit;
    const ttlMs = cache?.ttlMs;
    if (ttlMs === undefined || (method !== "GET" && method !== "HEAD")) return false;
    const url = `${host ?? ""}${target ?? ""}`;
    const untilMs = this.#untilMs.get(url);
    if (untilMs !== undefined && atMs < untilMs) return true;
    if (status === 200 && method === "GET") this.#untilMs.set(url, atMs + ttlMs);
    return false;
  }
}
